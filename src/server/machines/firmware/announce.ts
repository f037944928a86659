import { publishAll, type Tx } from "#server/infra/events.ts";
import type { ProgressRow } from "./rollout-machines-repository.ts";
import { saveProgress } from "./rollout-machines-repository.ts";

/** Writes how machines have got on in rollouts and announces it, in the transaction that holds their rows. */
export async function recordProgress(tx: Tx, rows: readonly ProgressRow[], at: Date): Promise<void> {
  await saveProgress(tx, rows);
  await publishAll(
    tx,
    rows.map(({ rolloutId, machineId, organizationId, state, percent }) => ({ type: "rollout.machine.changed", subject: machineId, organizationId, data: { rolloutId, machineId, state, percent }, at })),
  );
}
