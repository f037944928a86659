import { AppError } from "#shared/errors.ts";
import { newId } from "#shared/ids.ts";
import type { Tx } from "#server/infra/events.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { requireBackupQuota } from "../catalog/quota.ts";
import { type CopySchedule, DELETE_AGAIN_MS, runSchedule } from "../copy-schedule.ts";
import { hasPlaceForBackups } from "./backup-host.ts";
import { dueVms, hasDeletion, hostOfVm, lockBackup, oldestAutomatic, overdueBackups, overfullVms, writeDue, writeSchedule } from "./backup-repository.ts";
import { requestBackupDeletion } from "./delete-steps.ts";

const DAY_MS = 86_400_000;
const BATCH = 100;

export const backupSchedule: CopySchedule = {
  action: "backup",
  by: { kind: "system", name: "backup schedule", requestId: "" },
  of: ({ backupEveryHours, backupKeep, backupDueAt }) => ({ everyHours: backupEveryHours, keep: backupKeep, dueAt: backupDueAt }),
  write: writeSchedule,
  writeDue,
  dueVms,
  oneOfHost: true,
  overfullVms,
  problem: async (rt, tx, vm) => (hasPlaceForBackups(rt, vm.hostId === null ? null : await hostOfVm(tx, vm.hostId)) ? null : "the host of this VM has no place for backups"),
  requireRoom: (tx, vm) => requireBackupQuota(tx, vm.organizationId),
  async deleteOldest(rt, tx, vmId) {
    // One at a time: what is being deleted counts until it is gone, and nothing more must go for it.
    if (await hasDeletion(tx, vmId)) return "waits";
    const oldest = await oldestAutomatic(tx, vmId);
    return oldest && (await tryDeletion(rt, tx, oldest.id)) ? "deleted" : "nothing";
  },
  input: (name) => ({ backupId: newId("backup"), name, automatic: true }),
};

/**
 * Takes the backups that are due and deletes what is above what each VM keeps, automatic backups of VMs that have been gone for BACKUP_KEEP_DAYS, and what an
 * earlier deletion may have left.
 * @returns how many operations were begun
 */
export async function runBackupSchedules(rt: Runtime): Promise<{ taken: number; deleted: number }> {
  const done = await runSchedule(rt, backupSchedule);
  const now = rt.clock.now().getTime();
  const times = { goneBefore: new Date(now - rt.config.backupKeepDays * DAY_MS), since: new Date(now - DELETE_AGAIN_MS) };
  let overdue = 0;
  for (const { id } of await overdueBackups(rt, times, BATCH)) {
    if (await transact(rt, (tx) => tryDeletion(rt, tx, id))) overdue += 1;
  }
  if (overdue > 0) rt.signals.send("operations");
  return { ...done, deleted: done.deleted + overdue };
}

/** @returns whether a deletion was begun: not while something uses the backup */
async function tryDeletion(rt: Runtime, tx: Tx, id: string): Promise<boolean> {
  const backup = await lockBackup(tx, id);
  if (!backup) return false;
  try {
    await requestBackupDeletion(tx, backup, { actor: backupSchedule.by, at: rt.clock.now() });
    return true;
  } catch (error) {
    if (error instanceof AppError && error.code === "INVALID_STATE") return false;
    throw error;
  }
}
