import { z } from "zod";
import * as schema from "#shared/compute/schema.ts";
import { answer, member, platform, publicProcedure, router } from "#server/trpc/init.ts";
import { backupsRouter } from "./backups/router.ts";
import { getCatalog } from "./catalog/catalog.ts";
import { catalogAdminRouter, quotaProcedure } from "./catalog/router.ts";
import { changesRouter } from "./changes/router.ts";
import { consoleRouter } from "./console/router.ts";
import { expiryRouter } from "./expiry/router.ts";
import { vmLogs } from "./logs/router.ts";
import { vmMetrics } from "./metrics/router.ts";
import { hostsRouter } from "./hosts/router.ts";
import { cancelOperation, giveUpOperation, retryOperation } from "./operation-control.ts";
import { getOperation, listOperations } from "./operations.ts";
import { deleteVm, resetVm, restartVm, resumeVm, shutdownVm, startVm, stopVm, suspendVm } from "./power.ts";
import { createProject, deleteProject, listProjects, renameProject } from "./projects.ts";
import { createVm } from "./provision.ts";
import { snapshotsRouter } from "./snapshots/router.ts";
import { createSshKey, deleteSshKey, listSshKeys } from "./ssh-keys.ts";
import { getVm, listVms, updateVm } from "./vms.ts";

const vmTags = ["Virtual machines"];

function action(name: string, summary: string) {
  return { route: { method: "POST", path: `/vms/{id}/${name}`, successStatus: 202, tags: vmTags, summary } } as const;
}

export const computeRouter = router({
  catalog: publicProcedure
    .meta({ route: { method: "GET", path: "/catalog", tags: ["Catalog"], summary: "Plans, upgrades, images and regions, with prices" } })
    .output(answer(schema.catalogOutput))
    .query(({ ctx }) => getCatalog(ctx.rt)),
  catalogAdmin: catalogAdminRouter,
  quota: quotaProcedure,

  projects: router({
    list: member("project:read")
      .meta({ route: { method: "GET", path: "/projects", tags: ["Projects"], summary: "Projects with their VM counts" } })
      .input(schema.projectListInput)
      .output(answer(schema.projectListOutput))
      .query(({ ctx, input }) => listProjects(ctx.rt, ctx.actor, input)),
    create: member("project:create")
      .meta({ route: { method: "POST", path: "/projects", successStatus: 201, tags: ["Projects"], summary: "Create a project" } })
      .input(schema.projectCreateInput)
      .output(answer(schema.projectOutput))
      .mutation(({ ctx, input }) => createProject(ctx.rt, ctx.actor, input)),
    rename: member("project:update")
      .meta({ route: { method: "PATCH", path: "/projects/{id}", tags: ["Projects"], summary: "Rename a project" } })
      .input(schema.projectRenameInput)
      .output(answer(schema.projectOutput))
      .mutation(({ ctx, input }) => renameProject(ctx.rt, ctx.actor, input)),
    delete: member("project:delete")
      .meta({ route: { method: "DELETE", path: "/projects/{id}", successStatus: 204, tags: ["Projects"], summary: "Delete a project; with VMs only when delete_vms says so" } })
      .input(schema.projectDeleteInput)
      .output(answer(z.void()))
      .mutation(({ ctx, input }) => deleteProject(ctx.rt, ctx.actor, input)),
  }),

  sshKeys: router({
    list: member("sshkey:read")
      .meta({ route: { method: "GET", path: "/ssh_keys", tags: ["SSH keys"], summary: "Saved SSH keys" } })
      .output(answer(z.object({ data: z.array(schema.sshKeyOutput) })))
      .query(({ ctx }) => listSshKeys(ctx.rt, ctx.actor)),
    create: member("sshkey:create")
      .meta({ route: { method: "POST", path: "/ssh_keys", successStatus: 201, tags: ["SSH keys"], summary: "Save an SSH key" } })
      .input(schema.sshKeyCreateInput)
      .output(answer(schema.sshKeyOutput))
      .mutation(({ ctx, input }) => createSshKey(ctx.rt, ctx.actor, input)),
    delete: member("sshkey:delete")
      .meta({ route: { method: "DELETE", path: "/ssh_keys/{id}", successStatus: 204, tags: ["SSH keys"], summary: "Delete a saved SSH key" } })
      .input(schema.sshKeyIdInput)
      .output(answer(z.void()))
      .mutation(({ ctx, input }) => deleteSshKey(ctx.rt, ctx.actor, input.id)),
  }),

  vms: router({
    list: member("vm:read")
      .meta({ route: { method: "GET", path: "/vms", tags: vmTags, summary: "List VMs" } })
      .input(schema.vmListInput)
      .output(answer(schema.vmListOutput))
      .query(async ({ ctx, input }) => ctx.written(await listVms(ctx.rt, ctx.actor, input))),
    get: member("vm:read")
      .meta({ route: { method: "GET", path: "/vms/{id}", tags: vmTags, summary: "One VM, with its usage" } })
      .input(schema.vmIdInput)
      .output(answer(schema.vmDetailOutput))
      .query(({ ctx, input }) => getVm(ctx.rt, { organizationId: ctx.actor.organizationId }, input.id)),
    create: member("vm:create")
      .meta({ route: { method: "POST", path: "/vms", successStatus: 201, tags: vmTags, summary: "Create a VM" } })
      .input(schema.vmCreateInput)
      .output(answer(schema.vmCreateOutput))
      .mutation(({ ctx, input }) => createVm(ctx.rt, ctx.actor, input)),
    update: member("vm:update")
      .meta({ route: { method: "PATCH", path: "/vms/{id}", tags: vmTags, summary: "Change name or metadata" } })
      .input(schema.vmUpdateInput)
      .output(answer(schema.vmOutput))
      .mutation(({ ctx, input }) => updateVm(ctx.rt, ctx.actor, input)),
    delete: member("vm:delete")
      .meta({ route: { method: "DELETE", path: "/vms/{id}", successStatus: 202, tags: vmTags, summary: "Delete a VM and its disk; with preserve_volumes after a last backup" } })
      .input(schema.vmDeleteInput)
      .output(answer(schema.vmDeleteOutput))
      .mutation(({ ctx, input }) => deleteVm(ctx.rt, ctx.actor, input)),
    start: member("vm:power").meta(action("start", "Start")).input(schema.vmIdInput).output(answer(schema.vmActionOutput)).mutation(({ ctx, input }) => startVm(ctx.rt, ctx.actor, input.id)),
    stop: member("vm:power")
      .meta(action("stop", "Stop: gracefully within timeout_seconds, else by force"))
      .input(schema.vmStopInput)
      .output(answer(schema.vmActionOutput))
      .mutation(({ ctx, input }) => stopVm(ctx.rt, ctx.actor, input)),
    shutdown: member("vm:power")
      .meta(action("shutdown", "Ask the guest to shut down; never by force"))
      .input(schema.vmIdInput)
      .output(answer(schema.vmActionOutput))
      .mutation(({ ctx, input }) => shutdownVm(ctx.rt, ctx.actor, input.id)),
    restart: member("vm:power")
      .meta(action("restart", "Restart: through stopped to running"))
      .input(schema.vmIdInput)
      .output(answer(schema.vmActionOutput))
      .mutation(({ ctx, input }) => restartVm(ctx.rt, ctx.actor, input.id)),
    reboot: member("vm:power").meta(action("reboot", "Restart, by its other name")).input(schema.vmIdInput).output(answer(schema.vmActionOutput)).mutation(({ ctx, input }) => restartVm(ctx.rt, ctx.actor, input.id)),
    reset: member("vm:power").meta(action("reset", "Reset, as by the button")).input(schema.vmIdInput).output(answer(schema.vmActionOutput)).mutation(({ ctx, input }) => resetVm(ctx.rt, ctx.actor, input.id)),
    suspend: member("vm:power").meta(action("suspend", "Suspend")).input(schema.vmIdInput).output(answer(schema.vmActionOutput)).mutation(({ ctx, input }) => suspendVm(ctx.rt, ctx.actor, input.id)),
    resume: member("vm:power").meta(action("resume", "Resume")).input(schema.vmIdInput).output(answer(schema.vmActionOutput)).mutation(({ ctx, input }) => resumeVm(ctx.rt, ctx.actor, input.id)),
    metrics: vmMetrics,
    logs: vmLogs,
  }),

  changes: changesRouter,
  snapshots: snapshotsRouter,
  backups: backupsRouter,
  console: consoleRouter,
  expiry: expiryRouter,

  operations: router({
    list: member("operation:read")
      .meta({ route: { method: "GET", path: "/operations", tags: ["Operations"], summary: "Operations, newest first" } })
      .input(schema.operationListInput)
      .output(answer(schema.operationListOutput))
      .query(({ ctx, input }) => listOperations(ctx.rt, { organizationId: ctx.actor.organizationId }, input)),
    get: member("operation:read")
      .meta({ route: { method: "GET", path: "/operations/{id}", tags: ["Operations"], summary: "One operation with its steps" } })
      .input(schema.operationIdInput)
      .output(answer(schema.operationOutput))
      .query(({ ctx, input }) => getOperation(ctx.rt, { organizationId: ctx.actor.organizationId }, input.id)),
    cancel: member("operation:control")
      .meta({ route: { method: "POST", path: "/operations/{id}/cancel", successStatus: 202, tags: ["Operations"], summary: "Cancel, where it is safe" } })
      .input(schema.operationIdInput)
      .output(answer(schema.operationOutput))
      .mutation(({ ctx, input }) => cancelOperation(ctx.rt, ctx.actor, ctx.actor, input.id)),
    retry: member("operation:control")
      .meta({ route: { method: "POST", path: "/operations/{id}/retry", successStatus: 202, tags: ["Operations"], summary: "Try a failed operation again" } })
      .input(schema.operationIdInput)
      .output(answer(schema.operationOutput))
      .mutation(({ ctx, input }) => retryOperation(ctx.rt, ctx.actor, ctx.actor, input.id)),
  }),

  hosts: hostsRouter,

  /** The same services over all organizations. */
  admin: router({
    operations: platform("platform:operations:read")
      .input(schema.operationListInput)
      .output(answer(schema.operationListOutput))
      .query(({ ctx, input }) => listOperations(ctx.rt, "platform", input)),
    operation: platform("platform:operations:read")
      .input(schema.operationIdInput)
      .output(answer(schema.operationOutput))
      .query(({ ctx, input }) => getOperation(ctx.rt, "platform", input.id)),
    cancelOperation: platform("platform:operations:control")
      .input(schema.operationIdInput)
      .output(answer(schema.operationOutput))
      .mutation(({ ctx, input }) => cancelOperation(ctx.rt, ctx.actor, "platform", input.id)),
    retryOperation: platform("platform:operations:control")
      .input(schema.operationIdInput)
      .output(answer(schema.operationOutput))
      .mutation(({ ctx, input }) => retryOperation(ctx.rt, ctx.actor, "platform", input.id)),
    giveUpOperation: platform("platform:operations:control")
      .meta({ route: { method: "POST", path: "/admin/operations/{id}/give_up", tags: ["Operations"], summary: "End an operation whose dead host it cannot be undone on" } })
      .input(schema.operationIdInput)
      .output(answer(schema.operationOutput))
      .mutation(({ ctx, input }) => giveUpOperation(ctx.rt, ctx.actor, input.id)),
  }),
});
