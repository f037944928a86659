import { type Runtime, transact } from "#server/infra/runtime.ts";
import { keptSince, type Level, LEVELS, MESSAGES_KEPT_DAYS, periodBegin, periodEnd } from "./levels.ts";
import { createPartition, deleteStrays, dropPartition, lockPartitions, partitionBegins, strayDays } from "./partition-repository.ts";
import { readWatermark } from "./rollup-repository.ts";
import { pruneSequences } from "./sequence-repository.ts";

const DAY_MS = 86_400_000;
/** So far ahead partitions are made. A worker that is away for longer loses nothing: rows wait in the default partition. */
const AHEAD_DAYS = 14;
/** A repetition of a message that is gone must not come in as new: what is known of messages stays longer than they do. */
const SEQUENCES_KEPT_DAYS = MESSAGES_KEPT_DAYS + 15;

/**
 * Makes the partitions of the weeks to come and of rows that lie in the default partition, and removes those whose time is over. What is not rolled up yet stays. Rows
 * of a clock that ran far ahead stay in the default partition until their time comes, and cost nothing there.
 */
export async function maintainTelemetry(rt: Runtime): Promise<void> {
  const now = rt.clock.now();
  const ahead = new Date(now.getTime() + AHEAD_DAYS * DAY_MS);
  for (const level of LEVELS) {
    const due = await transact(rt, async (tx) => {
      if (!(await lockPartitions(tx))) return [];
      const limit = await removable(rt, level, now, async () => (await readWatermark(tx)).madeUntil);
      await deleteStrays(tx, level, limit);
      const existing = await partitionBegins(tx, level);
      for (const begin of existing.filter((each) => periodEnd(level, each) <= limit)) await dropPartition(tx, { level, begin });
      return missing(level, existing, [...days(now, ahead), ...(await strayDays(tx, level, ahead))]);
    });
    // One transaction each: whoever stores messages waits for one of them at most.
    for (const begin of due) {
      await transact(rt, async (tx) => {
        if ((await lockPartitions(tx)) && !(await partitionBegins(tx, level)).some((each) => each.getTime() === begin.getTime())) await createPartition(tx, { level, begin });
      });
    }
  }
  await pruneSequences(rt, new Date(now.getTime() - SEQUENCES_KEPT_DAYS * DAY_MS));
}

/** What may go, begins of partitions: what is past its time and, of messages, rolled up. */
async function removable(rt: Runtime, level: Level, now: Date, madeUntil: () => Promise<Date>): Promise<Date> {
  const limit = keptSince(rt.config, level, now);
  const made = level.seconds === 0 ? await madeUntil() : limit;
  return periodBegin(level, made < limit ? made : limit);
}

function days(from: Date, to: Date): Date[] {
  return Array.from({ length: Math.round((to.getTime() - from.getTime()) / DAY_MS) + 1 }, (_, day) => new Date(from.getTime() + day * DAY_MS));
}

function missing(level: Level, existing: readonly Date[], times: readonly Date[]): Date[] {
  const begins = new Set(times.map((at) => periodBegin(level, at).getTime()));
  for (const each of existing) begins.delete(each.getTime());
  return [...begins].sort((a, b) => a - b).map((begin) => new Date(begin));
}
