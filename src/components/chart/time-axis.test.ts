import { describe, expect, test } from "vitest";
import { timeTicks, zoneOffset } from "./time-axis.ts";

const at = (iso: string) => Date.parse(iso);
const iso = (ms: number) => new Date(ms).toISOString();

describe("timeTicks", () => {
  test("an hour in steps of ten minutes", () => {
    const { ticks, unit } = timeTicks(at("2026-03-01T10:03:00Z"), at("2026-03-01T11:03:00Z"), 6);
    expect(unit).toBe("time");
    expect(ticks.map(iso)).toEqual(["10:10", "10:20", "10:30", "10:40", "10:50", "11:00"].map((clock) => `2026-03-01T${clock}:00.000Z`));
  });
  test("a week by days that begin at the viewer's midnight", () => {
    const offset = 9 * 3_600_000;
    const { ticks, unit } = timeTicks(at("2026-03-01T00:00:00Z"), at("2026-03-08T00:00:00Z"), 7, offset);
    expect(unit).toBe("day");
    expect(iso(ticks[0] ?? 0)).toBe("2026-03-01T15:00:00.000Z");
    expect(ticks).toHaveLength(7);
  });
  test("years stay within the number asked for", () => expect(timeTicks(at("2020-01-01T00:00:00Z"), at("2026-01-01T00:00:00Z"), 6).ticks.length).toBeLessThanOrEqual(7));
  test("no span, no endless loop", () => expect(timeTicks(5, 5, 6).ticks.length).toBeLessThanOrEqual(1));
});

describe("zoneOffset", () => {
  test("knows summer time", () => {
    expect(zoneOffset("Europe/Berlin", at("2026-01-01T00:00:00Z"))).toBe(3_600_000);
    expect(zoneOffset("Europe/Berlin", at("2026-07-01T00:00:00Z"))).toBe(7_200_000);
  });
  test("is zero in UTC, in the middle of a second too", () => expect(zoneOffset("UTC", at("2026-01-01T00:00:00.500Z"))).toBe(0));
});
