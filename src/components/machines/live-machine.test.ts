import { describe, expect, test } from "vitest";
import { degreeDomain, metricPoints, withLatest, withReading } from "./live-machine.ts";
import type { Machine, Telemetry } from "./types.ts";

const at = (seconds: number) => new Date(Date.UTC(2026, 0, 1) + seconds * 1_000).toISOString();
const series = (...seconds: number[]): Telemetry => ({ bucketSeconds: 30, series: seconds.map((second) => ({ at: at(second), metrics: { temp_c: second }, extremes: { temp_c: [second - 1, second + 2] } })) });

describe("withReading", () => {
  test("a reading within the bucket takes the place of the one before it", () =>
    expect(withReading(series(0, 30, 35), { at: at(40), metrics: { temp_c: 40 } }, "1h").series.map((point) => point.at)).toEqual([at(0), at(30), at(40)]));
  test("keeps the metrics that the newer reading left out", () =>
    expect(withReading(series(0, 5), { at: at(8), metrics: { door: 1 } }, "1h").series.at(-1)?.metrics).toEqual({ temp_c: 5, door: 1 }));
  test("a whole bucket later it stands for itself", () => expect(withReading(series(0, 30), { at: at(35), metrics: {} }, "1h").series).toHaveLength(3));
  test("drops what fell out of the range, and what is older than the end", () => {
    expect(withReading(series(0, 3_000), { at: at(3_700), metrics: {} }, "1h").series[0]?.at).toBe(at(3_000));
    const known = series(0, 30);
    expect(withReading(known, { at: at(20), metrics: {} }, "1h")).toBe(known);
  });
});

describe("metricPoints", () => {
  test("breaks the line where the machine was silent", () => {
    const points = metricPoints(series(0, 30, 300), "temp_c");
    expect(points.map((point) => point.value)).toEqual([0, 30, null, 300]);
    expect(points[2]?.at).toBe(at(60));
    expect(points[1]).toMatchObject({ low: 29, high: 32 });
  });
  test("leaves out readings without the metric", () => expect(metricPoints(series(0, 30), "rssi_dbm")).toEqual([]));
});

describe("withLatest", () => {
  // Only these fields matter here.
  const machine = { latest: { at: at(10), metrics: { temp_c: 4, door: 0 } }, lastSeenAt: at(10) } as unknown as Machine;
  test("merges", () => expect(withLatest(machine, { at: at(20), metrics: { temp_c: 5 } }).latest).toEqual({ at: at(20), metrics: { temp_c: 5, door: 0 } }));
  test("ignores what is older", () => expect(withLatest(machine, { at: at(5), metrics: { temp_c: 9 } })).toBe(machine));
});

test("degreeDomain leaves a degree of room, divides into four whole steps, and says nothing without readings", () => {
  expect(degreeDomain([{ low: 4.2, high: 4.4 }, { low: null, high: null }, { low: 4.8, high: 5 }])).toEqual([3, 7]);
  expect(degreeDomain([{ low: null, high: null }])).toBeUndefined();
});
