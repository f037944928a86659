import { vmAllows } from "#shared/compute/states.ts";
import { newId } from "#shared/ids.ts";
import { requireSnapshotQuota } from "../catalog/quota.ts";
import { type CopySchedule, runSchedule } from "../copy-schedule.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { lockVm } from "../repository.ts";
import { requestVmOperation } from "../vm-requests.ts";
import { countSnapshots, dueVms, oldestAutomatic, overfullVms, writeDue, writeSchedule } from "./snapshot-repository.ts";

/** To delete a snapshot takes the VM, so it waits for whatever has the VM. */
export const snapshotSchedule: CopySchedule = {
  action: "snapshot",
  by: { kind: "system", name: "snapshot schedule", requestId: "" },
  of: ({ snapshotEveryHours, snapshotKeep, snapshotDueAt }) => ({ everyHours: snapshotEveryHours, keep: snapshotKeep, dueAt: snapshotDueAt }),
  write: writeSchedule,
  writeDue,
  dueVms,
  oneOfHost: false,
  overfullVms,
  problem: async () => null,
  requireRoom: async (tx, vm) => requireSnapshotQuota(tx, vm.organizationId, await countSnapshots(tx, vm.id)),
  async deleteOldest(rt, tx, vmId) {
    const vm = await lockVm(tx, vmId);
    const oldest = await oldestAutomatic(tx, vmId);
    if (!oldest || vm.operationId !== null || !vmAllows(vm.status, "snapshot_delete")) return "nothing";
    await requestVmOperation(tx, vm, { action: "snapshot_delete", input: { snapshotId: oldest.id }, actor: snapshotSchedule.by, at: rt.clock.now() });
    return "deleted";
  },
  input: (name) => ({ snapshotId: newId("snapshot"), name, automatic: true }),
};

/** Takes the snapshots that are due and deletes what is above what each VM keeps. @returns how many operations were begun */
export function runSnapshotSchedules(rt: Runtime): Promise<{ taken: number; deleted: number }> {
  return runSchedule(rt, snapshotSchedule);
}
