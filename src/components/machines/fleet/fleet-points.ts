import type { Point } from "#components/chart/chart-data.ts";
import type { FleetTelemetry } from "../types.ts";

type Bucket = FleetTelemetry["series"][number];
type Numbers = Record<string, number | null>;

/** Some numbers of each bucket for a chart; a bucket without them is left out. Where buckets are missing the lines break: nobody counted, or no machine said anything. */
export function fleetPoints({ series, bucketSeconds }: FleetTelemetry, pick: (bucket: Bucket) => Numbers | null): Point[] {
  const points: Point[] = [];
  const bucketMs = bucketSeconds * 1_000;
  let before: { ms: number; numbers: Numbers } | undefined;
  for (const bucket of series) {
    const numbers = pick(bucket);
    if (!numbers) continue;
    const ms = Date.parse(bucket.at);
    if (before && ms - before.ms > 2 * bucketMs) points.push({ at: new Date(before.ms + bucketMs).toISOString(), ...Object.fromEntries(Object.keys(before.numbers).map((key) => [key, null])) });
    points.push({ at: bucket.at, ...numbers });
    before = { ms, numbers };
  }
  return points;
}

/** Lowest, mean and highest of a metric over all machines. */
export function spreadOf(name: string): (bucket: Bucket) => Numbers | null {
  return ({ metrics }) => {
    const spread = metrics[name];
    return spread ? { low: spread.min, value: spread.avg, high: spread.max } : null;
  };
}

/** Machines that were online, with the fewest and the most in the bucket, and those in service. */
export function onlineOf({ online, machines }: Bucket): Numbers | null {
  return online && { low: online.min, value: online.avg, high: online.max, total: machines };
}

/** The span of an axis about all that is drawn, with room, in whole steps. */
export function domainOf(points: readonly Point[]): readonly [number, number] | undefined {
  const values = points.flatMap((point) => [point["low"], point["high"]].filter((value) => typeof value === "number"));
  if (values.length === 0) return undefined;
  const low = Math.floor(Math.min(...values)) - 1;
  return [low, low + Math.ceil((Math.ceil(Math.max(...values)) + 1 - low) / 4) * 4];
}

/** Where an axis of machines ends: four steps of whole machines. */
export function topOf(points: readonly Point[]): number {
  const most = Math.max(1, ...points.flatMap((point) => [point["high"], point["total"]].filter((value) => typeof value === "number")));
  return Math.ceil(most / 4) * 4;
}
