import { describe, expect, it } from "vitest";
import type { MetricPoint, VmMetrics } from "../types.ts";
import { withSample } from "./live-series.ts";

function point(at: string, cpuPercent = 1): MetricPoint {
  return { at, cpuPercent, memoryUsedMb: 100, diskReadBps: 0, diskWriteBps: 0, networkRxBps: 0, networkTxBps: 0 };
}

const metrics: VmMetrics = {
  vmId: "vm_1",
  memoryTotalMb: 512,
  bucketSeconds: 15,
  series: [point("2026-01-01T00:00:00.000Z"), point("2026-01-01T00:14:45.000Z")],
};

describe("withSample", () => {
  it("ends with the newest sample", () => {
    expect(withSample(metrics, point("2026-01-01T00:14:50.000Z", 7), "15m").series.map((each) => each.cpuPercent)).toEqual([1, 1, 7]);
  });
  it("replaces an end that is less than a bucket behind the point before it", () => {
    const live = ["00:14:50", "00:14:55", "00:15:00", "00:15:05"].reduce((series, time) => withSample(series, point(`2026-01-01T${time}.000Z`), "15m"), metrics);
    expect(live.series.map((each) => each.at.slice(11, 19))).toEqual(["00:14:45", "00:15:00", "00:15:05"]);
  });
  it("ignores a sample that came twice or late", () => {
    expect(withSample(metrics, point("2026-01-01T00:14:45.000Z", 7), "15m")).toBe(metrics);
  });
  it("lets go of what is older than the range", () => {
    const { series } = withSample(metrics, point("2026-01-01T00:15:30.000Z"), "15m");
    expect(series.map((each) => each.at)).toEqual(["2026-01-01T00:14:45.000Z", "2026-01-01T00:15:30.000Z"]);
  });
  it("begins an empty series", () => {
    expect(withSample({ ...metrics, series: [] }, point("2026-01-01T00:15:30.000Z"), "24h").series).toHaveLength(1);
  });
});
