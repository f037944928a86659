import { z } from "zod";
import { id, timestamp } from "../schema.ts";

/** Lengths of buckets, in seconds. */
export const METRIC_INTERVALS = { "1m": 60, "5m": 300, "1h": 3_600, "1d": 86_400 } as const;
export type MetricInterval = keyof typeof METRIC_INTERVALS;
const INTERVAL_NAMES = ["1m", "5m", "1h", "1d"] as const satisfies readonly MetricInterval[];

export const METRIC_GROUPS = ["cpu", "memory", "disk", "network"] as const;
export type MetricGroup = (typeof METRIC_GROUPS)[number];

/** A year by the hour. */
export const MAX_METRIC_POINTS = 9_000;
/** Points of a series whose interval nobody asked for: about one for each pixel of a chart, or fewer. */
export const USUAL_METRIC_POINTS = 750;

export const vmMetricsInput = z.object({
  id: id("vm"),
  interval: z
    .enum(INTERVAL_NAMES)
    .optional()
    .describe(`length of a bucket; one that would give more than ${MAX_METRIC_POINTS} points, or is not kept for so long, becomes the next longer. Left out: what suits the range`),
  metrics: z.array(z.enum(METRIC_GROUPS)).min(1).max(METRIC_GROUPS.length).optional().describe("all when left out"),
  from: timestamp.optional().describe("an hour before `to` when left out"),
  to: timestamp.optional().describe("now when left out"),
});

const disk = {
  readMbps: z.number().describe("megabytes a second"),
  writeMbps: z.number().describe("megabytes a second"),
  readIops: z.number().nullable().describe("requests a second; null, both: the hypervisor does not say"),
  writeIops: z.number().nullable(),
};
const cpu = {
  usagePercent: z.number().describe("of all vCPUs together"),
  userPercent: z.number().nullable().describe("parts of the usage; null, these two and the wait: the hypervisor does not say"),
  systemPercent: z.number().nullable(),
  iowaitPercent: z.number().nullable().describe("the vCPUs stood still for a disk"),
};
const network = { rxMbps: z.number().describe("megabits a second"), txMbps: z.number().describe("megabits a second") };

export const metricPoint = z.object({
  timestamp: timestamp.describe("begin of the bucket"),
  cpu: z.object({ ...cpu, peakPercent: z.number().describe("highest sample of the bucket") }).optional(),
  memory: z.object({ usedGb: z.number() }).optional(),
  disk: z.object(disk).optional(),
  network: z.object(network).optional(),
});
export type MetricPoint = z.infer<typeof metricPoint>;

export const vmMetricsOutput = z.object({
  vmId: z.string(),
  timestamp: timestamp.nullable().describe("of the newest sample; null: the VM does not run, or its host does not answer"),
  interval: z.enum(INTERVAL_NAMES).describe("of the series"),
  from: timestamp,
  to: timestamp,
  metrics: z
    .object({
      cpu: z.object(cpu).optional(),
      memory: z.object({ totalGb: z.number(), usedGb: z.number(), freeGb: z.number() }).optional(),
      disk: z.object(disk).optional(),
      network: z.object(network).optional(),
    })
    .nullable()
    .describe("the newest sample"),
  uptime: z
    .object({ upSeconds: z.number().int(), totalSeconds: z.number().int(), percent: z.number().nullable() })
    .describe("how long the VM was seen running, of the range or of what it existed of it; percent is null when it did not exist"),
  series: z.array(metricPoint).describe("means of buckets; a bucket without a sample is left out. Empty unless `interval`, `from` or `to` is given"),
});
export type VmMetricsView = z.infer<typeof vmMetricsOutput>;
