import { publishAll, type Tx } from "#server/infra/events.ts";
import { publishConfigurations } from "../configuration/configuration.ts";
import { lockMachinesOf } from "./assortment-repository.ts";

/** What these machines sell, or at what price, has changed: their devices are told, and whoever looks at them. */
export async function tellMachines(tx: Tx, organizationId: string, machineIds: readonly string[], at: Date): Promise<void> {
  if (machineIds.length === 0) return;
  // All locks first, in the order of their ids, so that two such changes never wait for each other.
  await lockMachinesOf(tx, machineIds);
  await publishConfigurations(tx, machineIds, at);
  await publishAll(tx, machineIds.map((machineId) => ({ type: "machine.updated" as const, subject: machineId, organizationId, data: { machineId }, at })));
}
