import type { z } from "zod";
import type { batchInput, batchOutput } from "#shared/compute/changes.ts";
import type { BatchAction } from "#shared/compute/states.ts";
import { AppError, notFound } from "#shared/errors.ts";
import { newId } from "#shared/ids.ts";
import { organizationPermissions, type Permission } from "#shared/permissions.ts";
import type { MemberActor } from "#server/identity/actor.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { recordAudit } from "#server/platform/audit.ts";
import { enqueueOperation } from "../operation-queue.ts";
import { vmsBatch } from "./batch-steps.ts";
import { vmsByIds } from "./change-repository.ts";

const PERMISSIONS: Partial<Record<BatchAction, Permission>> = { delete: "vm:delete", snapshot: "vm:snapshot", backup: "vm:backup" };
const NAMED = 3;

/**
 * Does the same to many VMs, as one operation with a result for each. A VM that does not allow it fails alone; one that is not the organization's refuses
 * the whole call.
 * @throws AppError FORBIDDEN, NOT_FOUND
 */
export async function batchVms(rt: Runtime, actor: MemberActor, input: z.infer<typeof batchInput>): Promise<z.infer<typeof batchOutput>> {
  const { operation: action, vmIds, options } = input;
  const permission = PERMISSIONS[action] ?? "vm:power";
  if (!organizationPermissions(actor.role).includes(permission)) throw new AppError("FORBIDDEN", undefined, { requiredPermission: permission });
  const operationId = newId("operation");
  const { organizationId, userId } = actor;
  await transact(rt, async (tx) => {
    const at = rt.clock.now();
    const vms = await vmsByIds(tx, vmIds);
    if (vms.length < vmIds.length || vms.some((vm) => vm.organizationId !== organizationId)) throw notFound("VM");
    await enqueueOperation(tx, vmsBatch, {
      id: operationId,
      organizationId,
      subjectType: "batch",
      subjectId: operationId,
      subjectName: namesOf(vms.map((vm) => vm.name)),
      actorId: userId,
      input: {
        action,
        ...options,
        parts: vms.map((vm) => ({ vmId: vm.id, name: vm.name, operationId: newId("operation") })),
        by: { userId, name: actor.name, email: actor.email, ip: actor.ip, requestId: actor.requestId },
      },
      at,
    });
    await recordAudit(tx, actor, { action: "vms.batch", subjectType: "operation", subjectId: operationId, organizationId, after: { operation: action, vmIds }, at });
  });
  rt.signals.send("operations");
  return { batchJobId: operationId, operation: action, totalVms: vmIds.length, status: "queued", results: vmIds.map((vmId) => ({ vmId, status: "queued" })) };
}

/** "web-1, web-2, web-3 +4" */
function namesOf(names: readonly string[]): string {
  const rest = names.length - NAMED;
  return `${names.slice(0, NAMED).join(", ")}${rest > 0 ? ` +${rest}` : ""}`;
}
