import { newId } from "#shared/ids.ts";
import type { EventOf } from "#shared/platform/events.ts";
import { publishAll, type Tx } from "#server/infra/events.ts";
import { insertConnections } from "./machines-repository.ts";

type Transition = EventOf<"machine.claimed" | "machine.claim.rejected" | "machine.online" | "machine.offline" | "machine.first_reading"> & { organizationId: string; at: Date };

/** Announces what happened to a machine's connection and notes it for the machine's page, in the transaction of the change. */
export async function announceTransition(tx: Tx, transition: Transition): Promise<void> {
  await announceTransitions(tx, [transition]);
}

/** What happened to several machines' connections, in the order in which it did. */
export async function announceTransitions(tx: Tx, transitions: readonly Transition[]): Promise<void> {
  if (transitions.length === 0) return;
  await insertConnections(
    tx,
    transitions.map(({ type, subject, data, at }) => ({ id: newId("machineConnection"), machineId: subject, type, reason: "reason" in data ? data.reason : null, at })),
  );
  await publishAll(tx, transitions);
}
