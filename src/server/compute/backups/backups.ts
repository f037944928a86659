import type { z } from "zod";
import type * as wire from "#shared/compute/backups.ts";
import type { vmActionOutput } from "#shared/compute/schema.ts";
import { VM_TRANSITIONS, vmIsGone } from "#shared/compute/states.ts";
import { AppError } from "#shared/errors.ts";
import { newId } from "#shared/ids.ts";
import { pagination } from "#shared/schema.ts";
import type { MemberActor } from "#server/identity/actor.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { setSchedule } from "../copy-schedule.ts";
import { visible } from "../policy.ts";
import { vmWithPlan } from "../repository.ts";
import { requestVmOperation } from "../vm-requests.ts";
import { hasPlaceForBackups, requirePlaceForBackups } from "./backup-host.ts";
import { backupForView, backupRow, type BackupRow, backupsOfVm, hostOfVm, listBackupRows, lockBackup } from "./backup-repository.ts";
import { requestBackupDeletion } from "./delete-steps.ts";
import { backupSchedule } from "./schedule.ts";

const DAY_MS = 86_400_000;

/** All of the organization's, newest first; those of VMs that are gone too. */
export async function listBackups(rt: Runtime, actor: MemberActor, input: z.output<typeof wire.backupListInput>): Promise<z.infer<typeof wire.backupListOutput>> {
  const { rows, total } = await listBackupRows(rt, { organizationId: actor.organizationId, vmId: input.vmId }, input);
  return { data: rows.map((row) => toView(rt, row)), pagination: pagination(input, total) };
}

/** @throws AppError NOT_FOUND */
export async function getBackup(rt: Runtime, actor: MemberActor, id: string): Promise<z.infer<typeof wire.backupOutput>> {
  return toView(rt, visible(await backupForView(rt, id), actor, "backup"));
}

/** The VM's backups, newest first, and its schedule. @throws AppError NOT_FOUND */
export async function listVmBackups(rt: Runtime, actor: MemberActor, vmId: string): Promise<z.infer<typeof wire.vmBackupsOutput>> {
  const vm = visible(await vmWithPlan(rt.db.prisma, vmId), actor, "VM");
  const host = vm.hostId === null ? null : await hostOfVm(rt.db.prisma, vm.hostId);
  return {
    data: (await backupsOfVm(rt, vmId)).map((row) => toView(rt, row)),
    possible: hasPlaceForBackups(rt, host),
    schedule: { everyHours: vm.backupEveryHours, keep: vm.backupKeep, nextAt: vm.backupDueAt && vm.backupDueAt.toISOString() },
  };
}

/** @throws AppError NOT_FOUND, INVALID_STATE, FORBIDDEN (quota) */
export async function takeBackup(rt: Runtime, actor: MemberActor, input: z.infer<typeof wire.backupTakeInput>): Promise<z.infer<typeof wire.backupTakeOutput>> {
  const backupId = newId("backup");
  const operationId = await transact(rt, async (tx) => {
    const vm = visible(await vmWithPlan(tx, input.id), actor, "VM");
    await requirePlaceForBackups(rt, tx, vm);
    return requestVmOperation(tx, vm, { action: "backup", input: { backupId, name: input.name, automatic: false }, actor, at: rt.clock.now() });
  });
  rt.signals.send("operations");
  return { id: input.id, status: VM_TRANSITIONS.backup.during, operationId, backupId };
}

/**
 * Puts the backup's VM back to it, in place: what was written since is lost. It is stopped for that, and started again if it ran.
 * @throws AppError NOT_FOUND, INVALID_STATE, INSUFFICIENT_CREDITS
 */
export async function restoreBackup(rt: Runtime, actor: MemberActor, { id }: z.infer<typeof wire.backupIdInput>): Promise<z.infer<typeof vmActionOutput>> {
  const { vmId, operationId } = await transact(rt, async (tx) => {
    const backup = visible(await backupRow(tx, id), actor, "backup");
    const vm = visible(await vmWithPlan(tx, backup.vmId), actor, "VM");
    if (vmIsGone(vm.status)) throw new AppError("INVALID_STATE", "The VM of this backup was deleted: make a new VM from it.", { state: vm.status, reason: "gone" });
    await requirePlaceForBackups(rt, tx, vm);
    return { vmId: vm.id, operationId: await requestVmOperation(tx, vm, { action: "backup_restore", input: { backupId: id }, actor, at: rt.clock.now() }) };
  });
  rt.signals.send("operations");
  return { id: vmId, status: VM_TRANSITIONS.backup_restore.during, operationId };
}

/** @throws AppError NOT_FOUND, INVALID_STATE when it is in use */
export async function deleteBackup(rt: Runtime, actor: MemberActor, { id }: z.infer<typeof wire.backupIdInput>): Promise<z.infer<typeof wire.backupDeleteOutput>> {
  const operationId = await transact(rt, async (tx) => {
    const backup = visible(await lockBackup(tx, id), actor, "backup");
    return requestBackupDeletion(tx, backup, { actor, at: rt.clock.now() });
  });
  rt.signals.send("operations");
  return { id, status: "deleting", operationId };
}

/** Sets or ends the schedule. The first backup is due an interval from now; those that were taken stay. */
export async function scheduleBackups(rt: Runtime, actor: MemberActor, input: z.output<typeof wire.backupScheduleInput>): Promise<z.infer<typeof wire.vmBackupsOutput>> {
  await setSchedule(rt, actor, backupSchedule, input);
  return listVmBackups(rt, actor, input.id);
}

function toView(rt: Runtime, row: BackupRow): z.infer<typeof wire.backupOutput> {
  const { terminatedAt } = row.vm;
  const vmGone = vmIsGone(row.vm.status);
  return {
    id: row.id,
    vmId: row.vmId,
    vmName: row.vm.name,
    vmGone,
    name: row.name,
    automatic: row.automatic,
    status: row.status as (typeof wire.BACKUP_STATUSES)[number], // written by this domain
    sizeMb: row.sizeMb,
    storageGb: row.storageGb,
    region: row.host.region,
    templateId: row.image.slug,
    createdAt: row.createdAt.toISOString(),
    readyAt: row.readyAt && row.readyAt.toISOString(),
    deleteAt: vmGone && row.automatic && terminatedAt ? new Date(terminatedAt.getTime() + rt.config.backupKeepDays * DAY_MS).toISOString() : null,
  };
}
