import type { PastVmUsage } from "../drivers/driver.ts";
import { bucketBegin } from "./levels.ts";
import { isSane, type Measure, MEASURE_NAMES } from "./measures.ts";

const MINUTE_MS = 60_000;
/** A point stands for no longer than this, however far apart they are. */
const LONGEST_MS = 3_600_000;

/** A minute as the level of minutes keeps it. */
export interface PastMinute {
  at: Date;
  /** as many as there would have been */
  samples: number;
  upSeconds: number;
  peak: number;
  means: Record<Measure, number | null>;
}

interface Sum {
  seconds: number;
  total: number;
}

/**
 * Whole minutes from `from` on and before `to`, both begins of minutes, out of what a host recorded, oldest first. Hosts keep their past ever more coarsely: a
 * point stands for the time until the next, or as long as the one before it when a gap follows. So each minute weighs as much as one that was sampled, `everySeconds`.
 */
export function minutesOf(recorded: readonly PastVmUsage[], from: Date, to: Date, everySeconds: number): PastMinute[] {
  const points = recorded.filter(isSane);
  const minutes = new Map<number, { peak: number; sums: Record<Measure, Sum> }>();
  for (const [index, point] of points.entries()) {
    const begin = point.at.getTime();
    const end = Math.min(to.getTime(), begin + spanOf(points, index));
    for (let time = Math.max(begin, from.getTime()); time < end; ) {
      const at = bucketBegin(new Date(time), 60).getTime();
      const until = Math.min(end, at + MINUTE_MS);
      const minute = minutes.get(at) ?? { peak: 0, sums: emptySums() };
      minutes.set(at, minute);
      minute.peak = Math.max(minute.peak, point.cpuPercent);
      for (const name of MEASURE_NAMES) {
        const value = point[name];
        if (value === null) continue;
        minute.sums[name].total += (value * (until - time)) / 1_000;
        minute.sums[name].seconds += (until - time) / 1_000;
      }
      time = until;
    }
  }
  return [...minutes].map(([at, { peak, sums }]) => {
    const upSeconds = Math.min(60, Math.round(sums.cpuPercent.seconds));
    // Written for every name.
    const means = Object.fromEntries(MEASURE_NAMES.map((name) => [name, sums[name].seconds === 0 ? null : sums[name].total / sums[name].seconds])) as PastMinute["means"];
    return { at: new Date(at), samples: Math.max(1, Math.round(upSeconds / everySeconds)), upSeconds, peak, means };
  });
}

/** ms that the point stands for */
function spanOf(points: readonly PastVmUsage[], index: number): number {
  const time = (of: number): number | undefined => points[of]?.at.getTime();
  const [before, at, after] = [time(index - 1), time(index) ?? 0, time(index + 1)];
  const distances = [before === undefined ? [] : at - before, after === undefined ? [] : after - at].flat();
  return distances.length === 0 ? MINUTE_MS : Math.min(...distances, LONGEST_MS);
}

function emptySums(): Record<Measure, Sum> {
  // Written for every name.
  return Object.fromEntries(MEASURE_NAMES.map((name) => [name, { seconds: 0, total: 0 }])) as unknown as Record<Measure, Sum>;
}
