import { type Runtime, transact } from "#server/infra/runtime.ts";
import { lockMachine, updateMachine } from "./machines-repository.ts";
import { deleteRejectedBefore, findSilent, isSilent } from "./messages-repository.ts";
import { announceTransition } from "./transitions.ts";

const DAY_MS = 86_400_000;
const REJECTED_KEPT_DAYS = 30;

/**
 * Counts machines out that have missed three heartbeats, however their connection may look. The session stays: any message brings them back.
 * @param listeningSince silence before that is the bridge's own
 * @returns how many went offline
 */
export async function sweepSilent(rt: Runtime, listeningSince: Date): Promise<number> {
  const now = rt.clock.now();
  let count = 0;
  for (const { id } of await findSilent(rt, now, listeningSince)) {
    const changed = await transact(rt, async (tx) => {
      const machine = await lockMachine(tx, id);
      if (!machine || !(await isSilent(tx, id, now))) return false;
      await updateMachine(tx, id, { status: "offline", statusChangedAt: now });
      await announceTransition(tx, { type: "machine.offline", subject: id, organizationId: machine.organizationId, data: { machineId: id, reason: "heartbeat" }, at: now });
      return true;
    });
    if (changed) count += 1;
  }
  return count;
}

/** Removes what devices sent and was refused, after 30 days. */
export async function purgeRejected(rt: Runtime): Promise<void> {
  await deleteRejectedBefore(rt, new Date(rt.clock.now().getTime() - REJECTED_KEPT_DAYS * DAY_MS));
}
