import type { z } from "zod";
import type { SNAPSHOT_STATUSES, snapshotIdInput, snapshotListOutput, snapshotScheduleInput, snapshotTakeInput, snapshotTakeOutput } from "#shared/compute/snapshots.ts";
import type { vmActionOutput } from "#shared/compute/schema.ts";
import { VM_TRANSITIONS } from "#shared/compute/states.ts";
import { notFound } from "#shared/errors.ts";
import { newId } from "#shared/ids.ts";
import type { MemberActor } from "#server/identity/actor.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { setSchedule } from "../copy-schedule.ts";
import { visible } from "../policy.ts";
import { vmWithPlan } from "../repository.ts";
import { requestVmOperation } from "../vm-requests.ts";
import { listSnapshotRows, snapshotRow } from "./snapshot-repository.ts";
import { snapshotSchedule } from "./schedule.ts";

/** The VM's snapshots, newest first, and its schedule. */
export async function listSnapshots(rt: Runtime, actor: MemberActor, vmId: string): Promise<z.infer<typeof snapshotListOutput>> {
  const vm = visible(await vmWithPlan(rt.db.prisma, vmId), actor, "VM");
  const rows = await listSnapshotRows(rt, vmId);
  return {
    data: rows.map((row) => ({
      id: row.id,
      vmId,
      name: row.name,
      automatic: row.automatic,
      withMemory: row.withMemory,
      status: row.status as (typeof SNAPSHOT_STATUSES)[number], // written by this domain
      sizeMb: row.sizeMb,
      createdAt: row.createdAt.toISOString(),
      readyAt: row.readyAt && row.readyAt.toISOString(),
    })),
    schedule: { everyHours: vm.snapshotEveryHours, keep: vm.snapshotKeep, nextAt: vm.snapshotDueAt && vm.snapshotDueAt.toISOString() },
  };
}

/** @throws AppError NOT_FOUND, INVALID_STATE, FORBIDDEN (quota) */
export async function takeSnapshot(rt: Runtime, actor: MemberActor, input: z.infer<typeof snapshotTakeInput>): Promise<z.infer<typeof snapshotTakeOutput>> {
  const snapshotId = newId("snapshot");
  const operationId = await transact(rt, async (tx) => {
    const vm = visible(await vmWithPlan(tx, input.id), actor, "VM");
    return requestVmOperation(tx, vm, { action: "snapshot", input: { snapshotId, name: input.name, automatic: false }, actor, at: rt.clock.now() });
  });
  rt.signals.send("operations");
  return { id: input.id, status: VM_TRANSITIONS.snapshot.during, operationId, snapshotId };
}

/** Puts the VM back to the snapshot: what was written since is lost. @throws AppError NOT_FOUND, INVALID_STATE, INSUFFICIENT_CREDITS */
export function restoreSnapshot(rt: Runtime, actor: MemberActor, input: z.infer<typeof snapshotIdInput>): Promise<z.infer<typeof vmActionOutput>> {
  return act(rt, actor, input, "snapshot_restore");
}

/** @throws AppError NOT_FOUND, INVALID_STATE */
export function deleteSnapshot(rt: Runtime, actor: MemberActor, input: z.infer<typeof snapshotIdInput>): Promise<z.infer<typeof vmActionOutput>> {
  return act(rt, actor, input, "snapshot_delete");
}

async function act(rt: Runtime, actor: MemberActor, { id, snapshotId }: z.infer<typeof snapshotIdInput>, action: "snapshot_restore" | "snapshot_delete"): Promise<z.infer<typeof vmActionOutput>> {
  const operationId = await transact(rt, async (tx) => {
    const vm = visible(await vmWithPlan(tx, id), actor, "VM");
    if (!(await snapshotRow(tx, vm.id, snapshotId))) throw notFound("snapshot");
    return requestVmOperation(tx, vm, { action, input: { snapshotId }, actor, at: rt.clock.now() });
  });
  rt.signals.send("operations");
  return { id, status: VM_TRANSITIONS[action].during, operationId };
}

/** Sets or ends the schedule. The first snapshot is due an interval from now; those that were taken stay. */
export async function scheduleSnapshots(rt: Runtime, actor: MemberActor, input: z.infer<typeof snapshotScheduleInput>): Promise<z.infer<typeof snapshotListOutput>> {
  await setSchedule(rt, actor, snapshotSchedule, input);
  return listSnapshots(rt, actor, input.id);
}
