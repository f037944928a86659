import { VM_TRANSITIONS, vmAllows, type VmOperationAction } from "#shared/compute/states.ts";
import { AppError } from "#shared/errors.ts";
import { newId } from "#shared/ids.ts";
import { requireCreditsFor } from "#server/billing/credits.ts";
import type { MemberActor, SystemActor } from "#server/identity/actor.ts";
import type { Tx } from "#server/infra/events.ts";
import type { Plan, Prisma, Vm } from "#server/infra/prisma/client.ts";
import { recordAudit } from "#server/platform/audit.ts";
import { definitionOf } from "./operation-kinds.ts";
import { enqueueOperation } from "./operation-queue.ts";
import { takeVm } from "./repository.ts";
import { announceStatus } from "./vm-status.ts";

export interface VmRequest {
  action: VmOperationAction;
  input: Prisma.InputJsonObject;
  actor: MemberActor | SystemActor;
  at: Date;
}

/**
 * Gives the VM to a new operation for the action, in the caller's transaction. Of two requests at once the second finds it taken.
 * @returns the operation's id; send the signal "operations" after the commit
 * @throws AppError INVALID_STATE, INSUFFICIENT_CREDITS
 */
export async function requestVmOperation(tx: Tx, vm: Vm & { plan: Plan }, request: VmRequest): Promise<string> {
  const { action, actor, at } = request;
  const operationId = newId("operation");
  await takeForAction(tx, vm, action, operationId, at);
  const definition = definitionOf(`vm.${action}`);
  await enqueueOperation(tx, definition, {
    id: operationId,
    organizationId: vm.organizationId,
    subjectType: "vm",
    subjectId: vm.id,
    subjectName: vm.name,
    actorId: actor.kind === "user" ? actor.userId : null,
    input: definition.input.parse(request.input),
    at,
  });
  await recordAudit(tx, actor, { action: `vm.${action}`, subjectType: "vm", subjectId: vm.id, organizationId: vm.organizationId, before: { status: vm.status }, after: { operationId }, at });
  return operationId;
}

/** Checks that the action is allowed and paid for, and gives the VM to the operation. @throws AppError INVALID_STATE, INSUFFICIENT_CREDITS */
export async function takeForAction(tx: Tx, vm: Vm & { plan: Plan }, action: VmOperationAction, operationId: string, at: Date): Promise<void> {
  if (!vmAllows(vm.status, action) || vm.operationId !== null) throw notNow(vm.status, action);
  if (action === "start") await requireCreditsFor(tx, { organizationId: vm.organizationId, needed: vm.plan.computePricePerHour + vm.plan.storagePricePerHour });
  const { during } = VM_TRANSITIONS[action];
  if (!(await takeVm(tx, vm, { status: during, operationId, at }))) {
    throw new AppError("INVALID_STATE", "Another operation has just taken this VM.", { state: vm.status });
  }
  await announceStatus(tx, vm, during, null, at);
}

function notNow(status: string, action: string): AppError {
  return new AppError("INVALID_STATE", `A VM that is ${status.replaceAll("_", " ")} does not allow this: ${action}.`, { state: status });
}
