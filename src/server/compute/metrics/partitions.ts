import { type Runtime, transact } from "#server/infra/runtime.ts";
import { keptSince, type Level, LEVELS, periodBegin, periodEnd } from "./levels.ts";
import { createPartition, deleteStrays, dropPartition, lockPartitions, type Partition, partitionBegins, strayDays } from "./partition-repository.ts";
import { readWatermarks, type Watermarks } from "./rollup-repository.ts";

const DAY_MS = 86_400_000;
/** So far ahead partitions are made. A worker that is away for longer loses nothing: rows wait in the default partition. */
const AHEAD_DAYS = 3;

/**
 * Makes the partitions of the days to come and of rows that lie in the default partition, and removes those whose time is over: that takes a moment, where
 * deleting rows would take as long as writing them did. Samples that are in no mean yet stay.
 */
export async function maintainPartitions(rt: Runtime): Promise<void> {
  const now = rt.clock.now();
  for (const level of LEVELS) {
    await transact(rt, async (tx) => {
      if (!(await lockPartitions(tx))) return;
      const limit = before(level, keptSince(rt.config, level, now), await readWatermarks(tx));
      await deleteStrays(tx, level, periodBegin(level, limit));
      const existing = await partitionBegins(tx, level);
      for (const begin of existing.filter((each) => periodEnd(level, each) <= limit)) await dropPartition(tx, { level, begin });
      for (const partition of missing(level, existing, [...ahead(level, now), ...(await strayDays(tx, level))])) await createPartition(tx, partition);
    });
  }
}

/** What may go: what is past its time and, of a level that others are made of, is in the next. */
function before(level: Level, limit: Date, watermarks: Watermarks): Date {
  const next = LEVELS[LEVELS.indexOf(level) + 1];
  const made = next && watermarks.get(next.seconds);
  return made && made < limit ? made : limit;
}

function ahead(level: Level, now: Date): Date[] {
  return Array.from({ length: AHEAD_DAYS + 1 }, (_, days) => new Date(now.getTime() + days * DAY_MS));
}

function missing(level: Level, existing: readonly Date[], times: readonly Date[]): Partition[] {
  const begins = new Set(times.map((at) => periodBegin(level, at).getTime()));
  for (const each of existing) begins.delete(each.getTime());
  return [...begins].sort((a, b) => a - b).map((begin) => ({ level, begin: new Date(begin) }));
}
