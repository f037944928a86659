import type { MetricPoint, VmMetrics } from "../types.ts";

const RANGE_MS = { "15m": 15 * 60_000, "1h": 3_600_000, "6h": 6 * 3_600_000, "24h": 24 * 3_600_000 };
export type MetricsRange = keyof typeof RANGE_MS;
export const METRICS_RANGES = ["15m", "1h", "6h", "24h"] as const satisfies readonly MetricsRange[];

/**
 * The series with one more sample. The newest sample is always its end; it gives way to the next one until it stands a whole bucket behind the point
 * before it. So a long range does not grow dense while one watches. What fell out of the range is left off.
 */
export function withSample(metrics: VmMetrics, sample: MetricPoint, range: MetricsRange): VmMetrics {
  const at = Date.parse(sample.at);
  const last = metrics.series.at(-1);
  if (last && Date.parse(last.at) >= at) return metrics;
  const before = metrics.series.at(-2);
  const provisional = last && before && Date.parse(last.at) - Date.parse(before.at) < metrics.bucketSeconds * 1000;
  const kept = (provisional ? metrics.series.slice(0, -1) : metrics.series).filter((point) => Date.parse(point.at) >= at - RANGE_MS[range]);
  return { ...metrics, series: [...kept, sample] };
}
