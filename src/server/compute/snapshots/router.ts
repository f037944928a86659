import { vmActionOutput, vmIdInput } from "#shared/compute/schema.ts";
import * as snapshots from "#shared/compute/snapshots.ts";
import { answer, member, router } from "#server/trpc/init.ts";
import { deleteSnapshot, listSnapshots, restoreSnapshot, scheduleSnapshots, takeSnapshot } from "./snapshots.ts";

const tags = ["Snapshots"];

export const snapshotsRouter = router({
  list: member("vm:read")
    .meta({ route: { method: "GET", path: "/vms/{id}/snapshots", tags, summary: "Snapshots of a VM, newest first, and its schedule" } })
    .input(vmIdInput)
    .output(answer(snapshots.snapshotListOutput))
    .query(({ ctx, input }) => listSnapshots(ctx.rt, ctx.actor, input.id)),
  take: member("vm:snapshot")
    .meta({ route: { method: "POST", path: "/vms/{id}/snapshots", successStatus: 202, tags, summary: "Take a snapshot: its disk, and its memory when it runs" } })
    .input(snapshots.snapshotTakeInput)
    .output(answer(snapshots.snapshotTakeOutput))
    .mutation(({ ctx, input }) => takeSnapshot(ctx.rt, ctx.actor, input)),
  restore: member("vm:snapshot")
    .meta({ route: { method: "POST", path: "/vms/{id}/snapshots/{snapshot_id}/restore", successStatus: 202, tags, summary: "Put the VM back to a snapshot" } })
    .input(snapshots.snapshotIdInput)
    .output(answer(vmActionOutput))
    .mutation(({ ctx, input }) => restoreSnapshot(ctx.rt, ctx.actor, input)),
  delete: member("vm:snapshot")
    .meta({ route: { method: "DELETE", path: "/vms/{id}/snapshots/{snapshot_id}", successStatus: 202, tags, summary: "Delete a snapshot" } })
    .input(snapshots.snapshotIdInput)
    .output(answer(vmActionOutput))
    .mutation(({ ctx, input }) => deleteSnapshot(ctx.rt, ctx.actor, input)),
  schedule: member("vm:snapshot")
    .meta({ route: { method: "PUT", path: "/vms/{id}/snapshots/schedule", tags, summary: "Take snapshots every so many hours and keep the newest" } })
    .input(snapshots.snapshotScheduleInput)
    .output(answer(snapshots.snapshotListOutput))
    .mutation(({ ctx, input }) => scheduleSnapshots(ctx.rt, ctx.actor, input)),
});
