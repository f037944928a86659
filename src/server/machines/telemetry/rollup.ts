import { type Runtime, transact } from "#server/infra/runtime.ts";
import { bucketBegin } from "./levels.ts";
import { addLate, addMessages, addSample, closeUntil, firstMessage, lockWatermark, messageAfter, moveWatermark, readWatermark } from "./rollup-repository.ts";

/** Five minutes are rolled up when they have been over for so long: what is stored later costs more. */
const SETTLED_MS = 60_000;
const BUCKET_S = 300;
/** What one transaction adds up, at most: a second or two of work. */
const MESSAGES_AT_ONCE = 100_000;
const LATE_AT_ONCE = 200_000;

/**
 * Adds to the roll-ups what is due: messages of five minutes that are over, and readings that came late. Each is added once: in the transaction that adds it, the watermark
 * moves past it or its row goes. Of several workers one does it, and the others have nothing to do.
 * @returns whether there is more
 */
export async function rollUpTelemetry(rt: Runtime): Promise<boolean> {
  const now = rt.clock.now();
  const due = bucketBegin(new Date(now.getTime() - SETTLED_MS), BUCKET_S);
  await transact(rt, async (tx) => {
    if ((await readWatermark(tx)).closedUntil < due) await closeUntil(tx, due);
  });
  return transact(rt, async (tx) => {
    const mark = await lockWatermark(tx);
    if (!mark) return false;
    await sample(now, mark.sampledAt, (at, stock) => addSample(tx, at, stock), (sampledAt) => moveWatermark(tx, { sampledAt }));
    const moreLate = await addLate(tx, LATE_AT_ONCE);
    if (mark.madeUntil >= mark.closedUntil) return moreLate;
    const from = await firstMessage(tx, mark.madeUntil, mark.closedUntil);
    const after = from && (await messageAfter(tx, from, mark.closedUntil, MESSAGES_AT_ONCE));
    // All of a millisecond goes together, or it would never end.
    const to = after ? new Date(Math.max(after.getTime(), from.getTime() + 1)) : mark.closedUntil;
    if (from) await addMessages(tx, from, to);
    await moveWatermark(tx, { madeUntil: to });
    return moreLate || to < mark.closedUntil;
  });
}

/** Once in each minute; the stock, which is more to count, once in five. */
async function sample(now: Date, before: Date | null, count: (at: Date, stock: boolean) => Promise<void>, note: (at: Date) => Promise<void>): Promise<void> {
  const same = (seconds: number): boolean => before !== null && bucketBegin(before, seconds).getTime() === bucketBegin(now, seconds).getTime();
  if (same(60)) return;
  await count(now, !same(BUCKET_S));
  await note(now);
}
