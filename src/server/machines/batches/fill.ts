import { z } from "zod";
import { notFound } from "#shared/errors.ts";
import { publishAll } from "#server/infra/events.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { copySlots, findUnfilled, lockBatch, markCompleted } from "./batch-repository.ts";

/** A thousand machines have fifty thousand slots. In one transaction they would hold the embedded database, which has one session, for seconds. */
const MACHINES_AT_ONCE = 100;

const sourcesByRow = z.record(z.string(), z.string());

/**
 * Gives a batch's machines their slots, some in each transaction. It begins where it or another one stopped; a machine that somebody has set up by hand meanwhile, and one whose
 * model is gone, are left as they are. @throws AppError NOT_FOUND
 */
export async function fillBatch(rt: Runtime, id: string): Promise<void> {
  for (let afterRow: number | null = 0; afterRow !== null; ) afterRow = await fillSome(rt, id, afterRow);
}

/** @returns the last row that was looked at; null: that was all */
async function fillSome(rt: Runtime, id: string, afterRow: number): Promise<number | null> {
  return transact(rt, async (tx) => {
    const batch = await lockBatch(tx, id);
    if (!batch) throw notFound("batch");
    if (batch.completedAt) return null;
    const at = rt.clock.now();
    const machines = await findUnfilled(tx, id, { afterRow, limit: MACHINES_AT_ONCE });
    const last = machines.at(-1);
    if (!last) {
      await markCompleted(tx, id, at);
      return null;
    }
    const sources = sourcesByRow.parse(batch.sources);
    await copySlots(tx, machines.map((machine) => ({ id: machine.id, source: sources[machine.batchRow] ?? "" })), at);
    await publishAll(tx, machines.map((machine) => ({ type: "machine.updated", subject: machine.id, organizationId: machine.organizationId, data: { machineId: machine.id }, at })));
    return last.batchRow;
  });
}
