import type { z } from "zod";
import type { projectCreateInput, projectDeleteInput, projectListInput, projectListOutput, projectOutput, projectRenameInput } from "#shared/compute/schema.ts";
import { AppError } from "#shared/errors.ts";
import { newId } from "#shared/ids.ts";
import { pagination } from "#shared/schema.ts";
import type { MemberActor } from "#server/identity/actor.ts";
import { publish, type Tx } from "#server/infra/events.ts";
import type { Project } from "#server/infra/prisma/client.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { recordAudit } from "#server/platform/audit.ts";
import { enqueueOperation } from "./operation-queue.ts";
import { visible } from "./policy.ts";
import { projectDelete } from "./project-steps.ts";
import { giveProject, insertProject, listProjectRows, lockProject, markProjectDeleted, renameProjectRow, vmsOfProject } from "./repository.ts";
import { requestVmOperation } from "./vm-requests.ts";

type ProjectView = z.infer<typeof projectOutput>;

export async function listProjects(rt: Runtime, actor: MemberActor, input: z.infer<typeof projectListInput>): Promise<z.infer<typeof projectListOutput>> {
  const { rows, total } = await listProjectRows(rt, actor.organizationId, input);
  return { data: rows.map((row) => toView(row, row._count.vms)), pagination: pagination(input, total) };
}

export async function createProject(rt: Runtime, actor: MemberActor, input: z.infer<typeof projectCreateInput>): Promise<ProjectView> {
  const at = rt.clock.now();
  const { organizationId } = actor;
  const project = { id: newId("project"), organizationId, name: input.name, createdAt: at };
  await transact(rt, async (tx) => {
    await insertProject(tx, project);
    await recordAudit(tx, actor, { action: "project.create", subjectType: "project", subjectId: project.id, organizationId, after: { name: input.name }, at });
    await announce(tx, project, "created", at);
  });
  return toView(project, 0);
}

export async function renameProject(rt: Runtime, actor: MemberActor, input: z.infer<typeof projectRenameInput>): Promise<ProjectView> {
  const at = rt.clock.now();
  return transact(rt, async (tx) => {
    const project = visible(await lockProject(tx, input.id), actor, "project");
    await renameProjectRow(tx, project.id, input.name);
    await recordAudit(tx, actor, {
      action: "project.rename",
      subjectType: "project",
      subjectId: project.id,
      organizationId: actor.organizationId,
      before: { name: project.name },
      after: { name: input.name },
      at,
    });
    await announce(tx, project, "renamed", at);
    return toView({ ...project, name: input.name }, (await vmsOfProject(tx, project.id)).length);
  });
}

/**
 * Deletes an empty project at once. One with VMs is refused, unless they are to be deleted too: then operations delete them, and the project after
 * the last of them.
 * @throws AppError NOT_FOUND, CONFLICT (it has VMs), INVALID_STATE (a VM cannot be deleted now; nothing is)
 */
export async function deleteProject(rt: Runtime, actor: MemberActor, input: z.infer<typeof projectDeleteInput>): Promise<void> {
  const at = rt.clock.now();
  const { organizationId } = actor;
  await transact(rt, async (tx) => {
    const project = visible(await lockProject(tx, input.id), actor, "project");
    if (project.operationId !== null) throw new AppError("INVALID_STATE", "This project is being deleted already.", { state: "deleting" });
    const vms = await vmsOfProject(tx, project.id);
    if (vms.length > 0 && !input.deleteVms) {
      throw new AppError("CONFLICT", `This project has ${vms.length} VM${vms.length === 1 ? "" : "s"}; delete them first, or choose to delete them too.`, { resource: "project" });
    }
    await recordAudit(tx, actor, { action: "project.delete", subjectType: "project", subjectId: project.id, organizationId, before: { name: project.name, vms: vms.length }, at });
    if (vms.length === 0) {
      await markProjectDeleted(tx, project.id, at);
      await announce(tx, project, "deleted", at);
      return;
    }
    for (const vm of vms) {
      // One that is being deleted already is waited for with the others.
      if (vm.status !== "deleting") await requestVmOperation(tx, vm, { action: "delete", input: {}, actor, at });
    }
    const operationId = newId("operation");
    await giveProject(tx, project.id, operationId);
    await enqueueOperation(tx, projectDelete, {
      id: operationId,
      organizationId,
      subjectType: "project",
      subjectId: project.id,
      subjectName: project.name,
      actorId: actor.userId,
      input: {},
      at,
    });
  });
  rt.signals.send("operations");
}

async function announce(tx: Tx, project: Pick<Project, "id" | "organizationId">, change: "created" | "renamed" | "deleted", at: Date): Promise<void> {
  await publish(tx, { type: "project.changed", subject: project.id, organizationId: project.organizationId, at, data: { projectId: project.id, change } });
}

function toView(project: Pick<Project, "id" | "name" | "createdAt">, vmCount: number): ProjectView {
  return { id: project.id, name: project.name, vmCount, createdAt: project.createdAt.toISOString() };
}
