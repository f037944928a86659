import { type Runtime, transact } from "#server/infra/runtime.ts";
import { bucketBegin, ROLLUPS, samplingMs } from "./levels.ts";
import { firstSample, lockWatermarks, lowerWatermark, moveWatermark, rollUpBuckets, rollUpSamples } from "./rollup-repository.ts";

/** A minute is made when it is over for so long: its samples have come, and the first of the next, which says how long its last one stands for. */
const SETTLED_MS = 90_000;
/** A sample older than this when it is stored may be of a minute that is made already. Workers' clocks agree to half a minute. */
const LATE_MS = 60_000;
/** What one transaction makes, at most: after a day without a worker it takes several. */
const CHUNK_MS = 3_600_000;

/**
 * Makes the means that are due: minutes from samples, and each level from the one before, each up to its watermark. One transaction has all levels, so a
 * crash leaves them agreeing; a repetition changes nothing; of several workers one does it, and the others have nothing to do.
 * @returns whether there is more
 */
export async function rollUpMetrics(rt: Runtime): Promise<boolean> {
  const due = bucketBegin(new Date(rt.clock.now().getTime() - SETTLED_MS), 60);
  return transact(rt, async (tx) => {
    const marks = await lockWatermarks(tx);
    if (!marks) return false;
    const mark = (seconds: number): Date => marks.get(seconds) ?? new Date(0);
    const first = await firstSample(tx, mark(60), due);
    // What has no samples is passed over at once.
    let changedFrom = first ? bucketBegin(first, 60) : due;
    let made = first ? earlier(due, new Date(changedFrom.getTime() + CHUNK_MS)) : due;
    const more = made < due;
    if (first) await rollUpSamples(tx, changedFrom, made, samplingMs(rt.config) / 1_000);
    await moveWatermark(tx, 60, made);
    let finer = 60;
    for (const { seconds } of ROLLUPS.slice(1)) {
      const from = bucketBegin(earlier(mark(seconds), changedFrom), seconds);
      const to = bucketBegin(made, seconds);
      if (from < to) await rollUpBuckets(tx, seconds, finer, from, to);
      await moveWatermark(tx, seconds, to);
      [changedFrom, made, finer] = [from, to, seconds];
    }
    return more;
  });
}

/** To be told after samples of `at` were stored: late ones get into the means too. */
export async function noteStored(rt: Runtime, at: Date): Promise<void> {
  if (rt.clock.now().getTime() - at.getTime() > LATE_MS) await lowerWatermark(rt, bucketBegin(at, 60));
}

function earlier(one: Date, other: Date): Date {
  return one < other ? one : other;
}
