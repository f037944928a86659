import * as backups from "#shared/compute/backups.ts";
import { vmActionOutput, vmIdInput } from "#shared/compute/schema.ts";
import { answer, member, router } from "#server/trpc/init.ts";
import { deleteBackup, getBackup, listBackups, listVmBackups, restoreBackup, scheduleBackups, takeBackup } from "./backups.ts";

const tags = ["Backups"];

export const backupsRouter = router({
  list: member("vm:read")
    .meta({ route: { method: "GET", path: "/backups", tags, summary: "Backups of all VMs, newest first; of VMs that are gone too" } })
    .input(backups.backupListInput)
    .output(answer(backups.backupListOutput))
    .query(({ ctx, input }) => listBackups(ctx.rt, ctx.actor, input)),
  get: member("vm:read")
    .meta({ route: { method: "GET", path: "/backups/{id}", tags, summary: "A backup" } })
    .input(backups.backupIdInput)
    .output(answer(backups.backupOutput))
    .query(({ ctx, input }) => getBackup(ctx.rt, ctx.actor, input.id)),
  ofVm: member("vm:read")
    .meta({ route: { method: "GET", path: "/vms/{id}/backups", tags, summary: "Backups of a VM, newest first, and its schedule" } })
    .input(vmIdInput)
    .output(answer(backups.vmBackupsOutput))
    .query(({ ctx, input }) => listVmBackups(ctx.rt, ctx.actor, input.id)),
  take: member("vm:backup")
    .meta({ route: { method: "POST", path: "/vms/{id}/backups", successStatus: 202, tags, summary: "Take a backup: a copy of the disk that outlives the VM" } })
    .input(backups.backupTakeInput)
    .output(answer(backups.backupTakeOutput))
    .mutation(({ ctx, input }) => takeBackup(ctx.rt, ctx.actor, input)),
  schedule: member("vm:backup")
    .meta({ route: { method: "PUT", path: "/vms/{id}/backups/schedule", tags, summary: "Take backups every so many hours and keep the newest" } })
    .input(backups.backupScheduleInput)
    .output(answer(backups.vmBackupsOutput))
    .mutation(({ ctx, input }) => scheduleBackups(ctx.rt, ctx.actor, input)),
  restore: member("vm:backup")
    .meta({ route: { method: "POST", path: "/backups/{id}/restore", successStatus: 202, tags, summary: "Put the backup's VM back to it, in place" } })
    .input(backups.backupIdInput)
    .output(answer(vmActionOutput))
    .mutation(({ ctx, input }) => restoreBackup(ctx.rt, ctx.actor, input)),
  delete: member("vm:backup")
    .meta({ route: { method: "DELETE", path: "/backups/{id}", successStatus: 202, tags, summary: "Delete a backup" } })
    .input(backups.backupIdInput)
    .output(answer(backups.backupDeleteOutput))
    .mutation(({ ctx, input }) => deleteBackup(ctx.rt, ctx.actor, input)),
});
