import { describe, expect, it } from "vitest";
import { METRIC_INTERVALS } from "#shared/compute/metrics.ts";
import { type LiveSample, withSample } from "./live-series.ts";
import { METRIC_SECONDS, type VmMetricsView } from "./metrics-view.ts";

const UNSAID = { cpuUserPercent: null, cpuSystemPercent: null, cpuIowaitPercent: null, diskReadIops: null, diskWriteIops: null };
const QUARTER = 15 * 60_000;

function sample(at: string, cpuPercent = 1): LiveSample {
  return { at: `2026-01-01T00:${at}.000Z`, cpuPercent, memoryUsedMb: 100, diskReadBps: 0, diskWriteBps: 0, networkRxBps: 0, networkTxBps: 0, ...UNSAID };
}

const metrics: VmMetricsView = {
  vmId: "vm_1",
  timestamp: null,
  interval: "1m",
  from: "2026-01-01T00:00:00.000Z",
  to: "2026-01-01T00:15:00.000Z",
  metrics: null,
  uptime: { upSeconds: 0, totalSeconds: 0, percent: null },
  series: ["00:00", "13:00", "14:00"].map((time) => ({ timestamp: `2026-01-01T00:${time}.000Z`, cpu: { usagePercent: 1, peakPercent: 1, userPercent: null, systemPercent: null, iowaitPercent: null } })),
};
const times = (view: VmMetricsView) => view.series.map((each) => each.timestamp.slice(14, 19));

describe("withSample", () => {
  it("ends with the newest sample", () => {
    expect(withSample(metrics, sample("14:50", 7), QUARTER).series.map((each) => each.cpu?.usagePercent)).toEqual([1, 1, 1, 7]);
  });
  it("replaces an end that is less than a bucket behind the point before it", () => {
    const live = ["14:05", "14:35", "15:00", "15:05"].reduce((view, time) => withSample(view, sample(time), QUARTER), metrics);
    expect(times(live)).toEqual(["13:00", "14:00", "15:00", "15:05"]);
  });
  it("ignores a sample that came twice or late", () => {
    expect(withSample(metrics, sample("14:00", 7), QUARTER)).toBe(metrics);
  });
  it("lets go of what is older than the range", () => expect(times(withSample(metrics, sample("15:30"), QUARTER))).toEqual(["13:00", "14:00", "15:30"]));
  it("keeps what a hypervisor says beyond the rest, and null where it does not say", () => {
    const said = { ...sample("14:50"), cpuUserPercent: 3, cpuSystemPercent: 2, cpuIowaitPercent: 1, diskReadIops: 40, diskWriteIops: 50 };
    expect(withSample(metrics, said, QUARTER).series.at(-1)).toMatchObject({ cpu: { userPercent: 3, systemPercent: 2, iowaitPercent: 1 }, disk: { readIops: 40, writeIops: 50 } });
    expect(withSample(metrics, sample("14:50"), QUARTER).series.at(-1)).toMatchObject({ cpu: { userPercent: null, systemPercent: null, iowaitPercent: null }, disk: { readIops: null, writeIops: null } });
  });
  it("begins an empty series", () => {
    expect(withSample({ ...metrics, series: [] }, sample("15:30"), QUARTER).series).toHaveLength(1);
  });
});

it("the browser's lengths of buckets are the server's", () => expect(METRIC_SECONDS).toEqual(METRIC_INTERVALS));
