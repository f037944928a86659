import type { VmStatus } from "#shared/compute/states.ts";
import type { Tx } from "#server/infra/events.ts";
import { appendVmLog } from "./append.ts";

const ALARMING: readonly VmStatus[] = ["error", "rolled_back"];

/** A VM's change of status: a line in its log. */
export async function logStatus(tx: Tx, vm: { id: string; status: string }, newStatus: VmStatus, reason: string | null, at: Date): Promise<void> {
  const change = vm.status === "" || vm.status === newStatus ? newStatus : `${vm.status} → ${newStatus}`;
  await appendVmLog(tx, { vmId: vm.id, at, source: "state", level: ALARMING.includes(newStatus) ? "error" : "info", message: reason === null ? change : `${change}: ${reason}` });
}
