import * as changes from "#shared/compute/changes.ts";
import { vmActionOutput, vmIdInput } from "#shared/compute/schema.ts";
import { answer, member, platform, router } from "#server/trpc/init.ts";
import { powerAnyVm } from "../power.ts";
import { batchVms } from "./batch.ts";
import { migrateVm, migrationTargets } from "./migrate.ts";
import { resetPassword } from "./password.ts";
import { replaceVm, upgradeVm } from "./upgrade.ts";

const tags = ["Virtual machines"];

/** What changes a VM after it was made. */
export const changesRouter = router({
  upgrade: member("vm:update")
    .meta({ route: { method: "POST", path: "/vms/{id}/upgrade", successStatus: 202, tags, summary: "Make a stopped VM larger by an upgrade of the catalog" } })
    .input(changes.vmUpgradeInput)
    .output(answer(vmActionOutput))
    .mutation(({ ctx, input }) => upgradeVm(ctx.rt, ctx.actor, input)),
  replace: member("vm:update")
    .meta({ route: { method: "PUT", path: "/vms/{id}", tags, summary: "Change name, metadata and size" } })
    .input(changes.vmReplaceInput)
    .output(answer(changes.vmReplaceOutput))
    .mutation(({ ctx, input }) => replaceVm(ctx.rt, ctx.actor, input)),
  resetPassword: member("vm:update")
    .meta({ route: { method: "POST", path: "/vms/{id}/password/reset", successStatus: 202, tags, summary: "A new password, by the guest agent; answered once" } })
    .input(vmIdInput)
    .output(answer(changes.vmPasswordOutput))
    .mutation(({ ctx, input }) => resetPassword(ctx.rt, ctx.actor, input.id)),
  batch: member("vm:power")
    .meta({ route: { method: "POST", path: "/batch/vms", successStatus: 202, tags, summary: "The same to many VMs, with a result for each" } })
    .input(changes.batchInput)
    .output(answer(changes.batchOutput))
    .mutation(({ ctx, input }) => batchVms(ctx.rt, ctx.actor, input)),
  migrate: platform("platform:vms:write")
    .meta({ route: { method: "POST", path: "/vms/{id}/migrate", successStatus: 202, tags, summary: "Move a VM to another host (administrators)" } })
    .input(changes.vmMigrateInput)
    .output(answer(changes.vmMigrateOutput))
    .mutation(({ ctx, input }) => migrateVm(ctx.rt, ctx.actor, input)),
  migrationTargets: platform("platform:vms:write")
    .input(vmIdInput)
    .output(answer(changes.migrationTargetsOutput))
    .query(({ ctx, input }) => migrationTargets(ctx.rt, input.id)),
  powerAny: platform("platform:vms:write")
    .input(changes.adminPowerInput)
    .output(answer(vmActionOutput))
    .mutation(({ ctx, input }) => powerAnyVm(ctx.rt, ctx.actor, input)),
});
