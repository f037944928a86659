import { newId } from "#shared/ids.ts";
import type { EventOf } from "#shared/platform/events.ts";
import { publish, type Tx } from "#server/infra/events.ts";
import { insertConnections } from "./machines-repository.ts";

type Transition = EventOf<"machine.claimed" | "machine.claim.rejected" | "machine.online" | "machine.offline" | "machine.first_reading">;

/** Announces what happened to a machine's connection and notes it for the machine's page, in the transaction of the change. */
export async function announceTransition(tx: Tx, transition: Transition & { organizationId: string; at: Date }): Promise<void> {
  const { type, subject, data, at } = transition;
  await insertConnections(tx, [{ id: newId("machineConnection"), machineId: subject, type, reason: "reason" in data ? data.reason : null, at }]);
  await publish(tx, transition);
}
