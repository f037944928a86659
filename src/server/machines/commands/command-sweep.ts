import type { Tx } from "#server/infra/events.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { lockMachines } from "../messages-repository.ts";
import { advanceCommands } from "./advance.ts";
import { createCommand } from "./commands.ts";
import { findDoubtful, findOverdue, findUnasked } from "./commands-repository.ts";

/** What a device began in time may still be on its way to us. */
const GRACE_MS = 10_000;
/** How long the result of something accepted is waited for. */
const RESULT_MS = 60_000;
/** Before a dispense counts as expired its device is asked: the answer to the command may be lost. */
const ASK_AFTER_MS = 2_000;
const ANSWER_SECONDS = 20;
const ASK_WITHIN_MS = 86_400_000;

/**
 * Ends what devices said nothing of in time: never accepted becomes "expired", accepted without a result "unknown". Of a dispense its device is asked, once, if it is there.
 * @returns how many were ended
 */
export async function sweepCommands(rt: Runtime): Promise<number> {
  const now = rt.clock.now();
  let ended = 0;
  for (const { id, machineId, state } of await findOverdue(rt, { expiredBefore: ago(now, GRACE_MS), acceptedBefore: ago(now, RESULT_MS) })) {
    ended += 1;
    await transact(rt, async (tx) => {
      await lockMachines(tx, [machineId]);
      // An answer that came in between wins: the step is not allowed any more.
      await advanceCommands(tx, [{ id, to: state === "accepted" ? "unknown" : "expired", at: now }]);
    });
  }
  const machines = await findUnasked(rt, { expiredBefore: ago(now, ASK_AFTER_MS), since: ago(now, ASK_WITHIN_MS) });
  for (const machineId of machines) await transact(rt, (tx) => askAbout(tx, [machineId], now, { again: false }));
  if (ended + machines.length > 0) rt.signals.send("downlinks");
  if (ended > 0) rt.signals.send("orders");
  return ended;
}

/**
 * Asks machines what became of dispenses that nobody knows the end of. What they answer is taken like any acknowledgement. The machines' locks are taken.
 * @param options.again also of what was asked before, as when a machine comes back
 * @returns how many questions
 */
export async function askAbout(tx: Tx, machineIds: readonly string[], at: Date, options: { again: boolean }): Promise<number> {
  if (machineIds.length === 0) return 0;
  const online = (await lockMachines(tx, machineIds)).filter((machine) => machine.status === "online").map((machine) => machine.id);
  const doubtful = await findDoubtful(tx, online, { expiredBefore: ago(at, ASK_AFTER_MS), since: ago(at, ASK_WITHIN_MS), again: options.again });
  for (const { id, machineId } of doubtful) await createCommand(tx, { machineId, type: "query", args: { id }, expiresInSeconds: ANSWER_SECONDS, at });
  return doubtful.length;
}

function ago(now: Date, ms: number): Date {
  return new Date(now.getTime() - ms);
}
