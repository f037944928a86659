import { METRIC_SECONDS, type MetricPoint, type VmMetricsView } from "./metrics-view.ts";

/** A sample as it comes over the socket. */
export interface LiveSample {
  at: string;
  cpuPercent: number;
  memoryUsedMb: number;
  diskReadBps: number;
  diskWriteBps: number;
  networkRxBps: number;
  networkTxBps: number;
  /** null, these five: the hypervisor does not say */
  cpuUserPercent: number | null;
  cpuSystemPercent: number | null;
  cpuIowaitPercent: number | null;
  diskReadIops: number | null;
  diskWriteIops: number | null;
}

/**
 * The series with one more sample. The newest sample is always its end; it gives way to the next one until it stands a whole bucket behind the point
 * before it. So a long range does not grow dense while one watches. What fell out of the range is left off.
 */
export function withSample(view: VmMetricsView, sample: LiveSample, rangeMs: number): VmMetricsView {
  const at = Date.parse(sample.at);
  const last = view.series.at(-1);
  if (last && Date.parse(last.timestamp) >= at) return view;
  const before = view.series.at(-2);
  const provisional = last && before && Date.parse(last.timestamp) - Date.parse(before.timestamp) < METRIC_SECONDS[view.interval] * 1000;
  const kept = (provisional ? view.series.slice(0, -1) : view.series).filter((point) => Date.parse(point.timestamp) >= at - rangeMs);
  return { ...view, timestamp: sample.at, series: [...kept, pointOf(sample)] };
}

function pointOf(sample: LiveSample): MetricPoint {
  return {
    timestamp: sample.at,
    cpu: {
      usagePercent: sample.cpuPercent,
      peakPercent: sample.cpuPercent,
      userPercent: sample.cpuUserPercent,
      systemPercent: sample.cpuSystemPercent,
      iowaitPercent: sample.cpuIowaitPercent,
    },
    memory: { usedGb: sample.memoryUsedMb / 1_024 },
    disk: {
      readMbps: sample.diskReadBps / 1e6,
      writeMbps: sample.diskWriteBps / 1e6,
      readIops: sample.diskReadIops,
      writeIops: sample.diskWriteIops,
    },
    network: { rxMbps: (sample.networkRxBps * 8) / 1e6, txMbps: (sample.networkTxBps * 8) / 1e6 },
  };
}
