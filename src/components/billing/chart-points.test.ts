import { describe, expect, it } from "vitest";
import { balancePoints, dailyPoints, monthChange, monthPoints, paceOf } from "./chart-points.ts";

const now = Date.parse("2026-01-02T01:30:00.000Z");
const chart = {
  bucketSeconds: 3600,
  burnPerHour: "1000000",
  points: [
    { at: "2026-01-02T00:00:00.000Z", balance: "10000000", spent: "0" },
    { at: "2026-01-02T01:00:00.000Z", balance: "9000000", spent: "1000000" },
  ],
  lots: [{ left: "8000000", expiresAt: null as string | null }],
  coming: [] as { at: string; perHour: string }[],
};
const at = (points: ReturnType<typeof balancePoints>, iso: string) => points.find((point) => point.at === iso);

describe("balancePoints", () => {
  it("puts a bucket's balance at its end, and the last one now, where the forecast begins", () => {
    expect(balancePoints(chart, now, null).slice(0, 2)).toEqual([
      { at: "2026-01-02T01:00:00.000Z", balance: 10, forecast: null },
      { at: "2026-01-02T01:30:00.000Z", balance: 9, forecast: 8 },
    ]);
  });
  it("looks as far ahead as back, and no further", () => {
    const points = balancePoints(chart, now, null);
    expect(points.at(-1)).toEqual({ at: "2026-01-02T03:00:00.000Z", balance: null, forecast: 6.5 });
    expect(points.map((point) => point.at)).toEqual([...new Set(points.map((point) => point.at))].toSorted());
  });
  it("has no forecast when nothing burns", () => {
    expect(balancePoints({ ...chart, burnPerHour: "0" }, now, { slow: 1n, fast: 2n }).every((point) => point["forecast"] === null)).toBe(true);
  });
  it("has a band around the forecast, which bends where it reaches zero and never goes below", () => {
    const points = balancePoints(chart, now, { slow: 500_000n, fast: 8_000_000n });
    expect(points[1]).toMatchObject({ balance: 9, forecast: 8, low: 8, high: 8 });
    expect(at(points, "2026-01-02T02:30:00.000Z")).toMatchObject({ forecast: 7, low: 0, high: 7.5 });
    expect(points.at(-1)).toMatchObject({ forecast: 6.5, low: 0, high: 7.25 });
    expect(points[0]).not.toHaveProperty("low");
  });
  it("steps down where credits expire unspent, and ends earlier for it", () => {
    const points = balancePoints({ ...chart, lots: [{ left: "6000000", expiresAt: "2026-01-02T02:30:00.000Z" }, { left: "250000", expiresAt: null }] }, now, { slow: 500_000n, fast: 8_000_000n });
    expect(at(points, "2026-01-02T02:29:59.999Z")?.["forecast"]).toBeCloseTo(5.25, 5);
    expect(at(points, "2026-01-02T02:30:00.000Z")).toMatchObject({ forecast: 0.25, low: 0, high: 0.25 });
    expect(at(points, "2026-01-02T02:45:00.000Z")).toMatchObject({ forecast: 0 });
    expect(points.at(-1)).toMatchObject({ forecast: 0, low: 0, high: 0 });
  });
  it("bends where a scheduled price begins, and its band with it", () => {
    const points = balancePoints({ ...chart, coming: [{ at: "2026-01-02T02:30:00.000Z", perHour: "3000000" }] }, now, { slow: 500_000n, fast: 2_000_000n });
    expect(at(points, "2026-01-02T02:30:00.000Z")).toMatchObject({ forecast: 7, low: 6, high: 7.5 });
    expect(points.at(-1)).toMatchObject({ at: "2026-01-02T03:00:00.000Z", forecast: 5.5, low: 3, high: 6.75 });
  });
  it("draws what is already spent as nothing", () => {
    const points = balancePoints({ ...chart, lots: [] }, now, null);
    expect(points.at(-1)).toMatchObject({ forecast: 0 });
  });
});

const day = (date: string, total: string, amounts: string[] = [], other = "0") => ({ day: date, total, amounts, other });

describe("paceOf", () => {
  const days = ["48", "2400", "0", "240", "96", "0", "0", "0", "72000"].map((total, nth) => day(`2026-01-0${nth + 1}`, total));
  it("is between the quietest and the busiest of the last seven full days, and takes in what burns now", () => {
    expect(paceOf(days, "9")).toEqual({ slow: 4n, fast: 100n });
    expect(paceOf(days, "3")).toEqual({ slow: 3n, fast: 100n });
    expect(paceOf(days, "500")).toEqual({ slow: 4n, fast: 500n });
  });
  it("is not known from a single day", () => expect(paceOf(days.slice(-5), "9")).toBeNull());
});

describe("dailyPoints", () => {
  it("begins with the first day that is shown, the dearest first", () => {
    const days = [day("2026-01-01", "5000000", ["1000000", "0"], "4000000"), day("2026-01-02", "3000000", ["1000000", "2000000"])];
    expect(dailyPoints({ days, shownFrom: "2026-01-02" })).toEqual([{ at: "2026-01-02T00:00:00.000Z", r0: 1, r1: 2, other: 0 }]);
  });
});

describe("months", () => {
  const month = { start: "2026-03-01", lastStart: "2026-02-01", soFar: "3000000", lastSoFar: "2000000", lastTotal: "4000000" };
  it("lie over each other by the day, added up, as far as each goes", () => {
    const days = [day("2026-01-31", "9000000"), ...Array.from({ length: 28 }, (_, nth) => day(`2026-02-${String(nth + 1).padStart(2, "0")}`, "1000000")), day("2026-03-01", "1000000"), day("2026-03-02", "2000000")];
    const points = monthPoints({ days, month });
    expect(points).toHaveLength(28);
    expect(points.slice(0, 3).map(({ current, last }) => [current, last])).toEqual([[1, 1], [3, 2], [null, 3]]);
    expect(points.at(-1)).toEqual({ at: "2000-01-28T00:00:00.000Z", current: null, last: 28 });
  });
  it("compare only where there is something to compare with", () => {
    expect(monthChange(month)).toBe(0.5);
    expect(monthChange({ ...month, lastSoFar: "0" })).toBeNull();
  });
});
