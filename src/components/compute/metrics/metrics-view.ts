import type { MetricInterval } from "#shared/compute/metrics.ts";

export type { MetricPoint, VmMetricsView } from "#shared/compute/metrics.ts";

/** Lengths of buckets in seconds, as shared/compute/metrics.ts has them: its own constant would bring zod along. */
export const METRIC_SECONDS: Record<MetricInterval, number> = { "1m": 60, "5m": 300, "1h": 3_600, "1d": 86_400 };
