import type { Point } from "#components/chart/chart-data.ts";
import type { MetricPoint } from "#shared/compute/metrics.ts";

/** A point of the API as charts draw it: flat, in plain units. */
export interface Reading {
  at: string;
  cpuPercent: number;
  cpuPeakPercent: number;
  memoryUsedMb: number;
  /** bytes a second, these four */
  diskReadBps: number;
  diskWriteBps: number;
  networkRxBps: number;
  networkTxBps: number;
  /** parts of the processor's usage, and its wait for a disk; null, from here on: the hypervisor does not say */
  cpuUserPercent: number | null;
  cpuSystemPercent: number | null;
  cpuIowaitPercent: number | null;
  /** requests a second */
  diskReadIops: number | null;
  diskWriteIops: number | null;
}
export type ReadingKey = Exclude<keyof Reading, "at">;

export function readingOf(point: MetricPoint): Reading {
  return {
    at: point.timestamp,
    cpuPercent: point.cpu?.usagePercent ?? 0,
    cpuPeakPercent: point.cpu?.peakPercent ?? 0,
    memoryUsedMb: (point.memory?.usedGb ?? 0) * 1_024,
    diskReadBps: (point.disk?.readMbps ?? 0) * 1e6,
    diskWriteBps: (point.disk?.writeMbps ?? 0) * 1e6,
    networkRxBps: ((point.network?.rxMbps ?? 0) * 1e6) / 8,
    networkTxBps: ((point.network?.txMbps ?? 0) * 1e6) / 8,
    cpuUserPercent: point.cpu?.userPercent ?? null,
    cpuSystemPercent: point.cpu?.systemPercent ?? null,
    cpuIowaitPercent: point.cpu?.iowaitPercent ?? null,
    diskReadIops: point.disk?.readIops ?? null,
    diskWriteIops: point.disk?.writeIops ?? null,
  };
}

export const BEFORE = "before:";

/**
 * Points of a chart: the readings' `keys`, and those of the period before beside them (as `before:<key>`), moved by `shiftMs`. Where a bucket or more has no
 * reading there is a point without a number, so that the line breaks; and one at each end of the stretch, so that it is shown whole.
 */
export function chartPoints(readings: readonly Reading[], keys: readonly ReadingKey[], options: { bucketMs: number; from: number; to: number; before?: readonly Reading[] | undefined; shiftMs?: number }): Point[] {
  const rows = new Map<number, Point>();
  const row = (ms: number): Point => {
    const there = rows.get(ms) ?? { at: new Date(ms).toISOString() };
    rows.set(ms, there);
    return there;
  };
  const put = (list: readonly Reading[], prefix: string, moveMs: number): void => {
    let last: number | undefined;
    for (const reading of list) {
      const ms = Date.parse(reading.at) + moveMs;
      if (last !== undefined && ms - last > 1.5 * options.bucketMs) row(last + options.bucketMs);
      for (const key of keys) row(ms)[prefix + key] = reading[key];
      last = ms;
    }
  };
  if (options.before) put(options.before, BEFORE, options.shiftMs ?? 0);
  put(readings, "", 0);
  if (rows.size === 0) return [];
  row(options.from);
  row(options.to);
  const names = keys.flatMap((key) => (options.before ? [key, BEFORE + key] : [key]));
  return [...rows].sort(([a], [b]) => a - b).map(([, point]) => ({ ...Object.fromEntries(names.map((name) => [name, null])), ...point }));
}

/** Those of the numbers that the hypervisor said at least once. */
export function said<K extends ReadingKey>(readings: readonly Reading[], keys: readonly K[]): K[] {
  return keys.filter((key) => readings.some((reading) => reading[key] !== null));
}

/** The largest of the numbers; null of none. */
export function highest(readings: readonly Reading[], value: (reading: Reading) => number): { at: string; value: number } | null {
  return readings.reduce<{ at: string; value: number } | null>((best, reading) => (best && best.value >= value(reading) ? best : { at: reading.at, value: value(reading) }), null);
}
