import { TELEMETRY_RANGE_SECONDS, type TelemetryRange } from "#shared/machines/telemetry.ts";
import { bucketBegin, type Resolution } from "./levels.ts";

/** What a chart's buckets are made of, and how long they are: 120 to 365 points. */
const RANGES: Record<TelemetryRange, { bucketSeconds: number; resolution: Resolution | null }> = {
  "1h": { bucketSeconds: 30, resolution: null },
  "24h": { bucketSeconds: 300, resolution: 300 },
  "7d": { bucketSeconds: 1_800, resolution: 300 },
  "30d": { bucketSeconds: 7_200, resolution: 3_600 },
  "1y": { bucketSeconds: 86_400, resolution: 86_400 },
};

/** @returns the range's buckets, and when the first one begins; resolution null: of the messages themselves */
export function rangeUntil(range: TelemetryRange, now: Date): { from: Date; bucketSeconds: number; resolution: Resolution | null } {
  const { bucketSeconds, resolution } = RANGES[range];
  return { from: bucketBegin(new Date(now.getTime() - TELEMETRY_RANGE_SECONDS[range] * 1_000), bucketSeconds), bucketSeconds, resolution };
}
