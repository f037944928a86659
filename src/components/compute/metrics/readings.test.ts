import { describe, expect, it } from "vitest";
import { chartPoints, highest, type Reading, readingOf, said } from "./readings.ts";

const at = (minute: number) => Date.parse("2026-01-01T00:00:00Z") + minute * 60_000;
const reading = (minute: number, cpuPercent: number): Reading => ({ ...readingOf({ timestamp: new Date(at(minute)).toISOString() }), cpuPercent });
const options = { bucketMs: 60_000, from: at(0), to: at(10) };
const values = (points: ReturnType<typeof chartPoints>, key = "cpuPercent") => points.map((point) => [(Date.parse(point.at) - at(0)) / 60_000, point[key]]);

describe("chartPoints", () => {
  it("breaks the line where readings are missing, and reaches from end to end", () => {
    const points = chartPoints([reading(2, 20), reading(3, 30), reading(7, 70)], ["cpuPercent"], options);
    expect(values(points)).toEqual([[0, null], [2, 20], [3, 30], [4, null], [7, 70], [10, null]]);
  });
  it("puts the period before beside it", () => {
    const points = chartPoints([reading(2, 20)], ["cpuPercent"], { ...options, before: [reading(-8, 5), reading(-7, 6)], shiftMs: 600_000 });
    expect(values(points)).toEqual([[0, null], [2, 20], [3, null], [10, null]]);
    expect(values(points, "before:cpuPercent")).toEqual([[0, null], [2, 5], [3, 6], [10, null]]);
  });
  it("is empty without readings", () => expect(chartPoints([], ["cpuPercent"], options)).toEqual([]));
});

describe("readingOf", () => {
  it("takes megabits and megabytes for what they are", () => {
    const flat = readingOf({ timestamp: "2026-01-01T00:00:00Z", disk: { readMbps: 1, writeMbps: 2, readIops: null, writeIops: null }, network: { rxMbps: 8, txMbps: 0.8 }, memory: { usedGb: 0.5 } });
    expect(flat).toMatchObject({ diskReadBps: 1e6, diskWriteBps: 2e6, networkRxBps: 1e6, networkTxBps: 1e5, memoryUsedMb: 512, diskReadIops: null, cpuUserPercent: null });
  });
});

describe("said", () => {
  it("is what a hypervisor told at least once", () => {
    const readings = [reading(1, 3), { ...reading(2, 3), cpuUserPercent: 0 }];
    expect(said(readings, ["cpuUserPercent", "cpuSystemPercent"])).toEqual(["cpuUserPercent"]);
    expect(values(chartPoints(readings, ["cpuUserPercent"], options), "cpuUserPercent")).toEqual([[0, null], [1, null], [2, 0], [10, null]]);
    expect(said([], ["diskReadIops"])).toEqual([]);
  });
});

describe("highest", () => {
  it("says when it was", () => expect(highest([reading(1, 3), reading(2, 9), reading(3, 9)], (each) => each.cpuPercent)).toEqual({ at: new Date(at(2)).toISOString(), value: 9 }));
  it("is nothing of nothing", () => expect(highest([], (each) => each.cpuPercent)).toBeNull());
});
