import { VM_TRANSITIONS, vmAllows, type VmOperationAction } from "#shared/compute/states.ts";
import { AppError } from "#shared/errors.ts";
import { newId } from "#shared/ids.ts";
import type { SystemActor, UserActor } from "#server/identity/actor.ts";
import type { Tx } from "#server/infra/events.ts";
import type { Prisma, Vm } from "#server/infra/prisma/client.ts";
import { recordAudit } from "#server/platform/audit.ts";
import type { OperationDefinition } from "./operation-definition.ts";
import { enqueueOperation } from "./operation-queue.ts";
import { takeVm } from "./repository.ts";
import { VM_DEFINITIONS } from "./vm-kinds.ts";
import { refuseExpired, requireStart } from "./vm-start-rules.ts";
import { announceStatus } from "./vm-status.ts";

export interface VmRequest {
  action: VmOperationAction;
  input: Prisma.InputJsonObject;
  actor: UserActor | SystemActor;
  at: Date;
  /** where the operation's id was decided before: a batch names its parts when it is asked for */
  operationId?: string;
}

/**
 * Gives the VM to a new operation for the action, in the caller's transaction. Of two requests at once the second finds it taken.
 * @returns the operation's id; send the signal "operations" after the commit
 * @throws AppError INVALID_STATE, INSUFFICIENT_CREDITS, and what the kind of operation itself refuses
 */
export async function requestVmOperation(tx: Tx, vm: Vm, request: VmRequest): Promise<string> {
  const { action, actor, at } = request;
  const operationId = request.operationId ?? newId("operation");
  await takeForAction(tx, vm, action, operationId, at);
  const definition = vmDefinition(action);
  const asked = definition.input.parse(request.input);
  const input = definition.request ? await definition.request(tx, { operationId, organizationId: vm.organizationId, subjectId: vm.id, statusBefore: vm.status, input: asked, at }) : asked;
  await enqueueOperation(tx, definition, {
    id: operationId,
    organizationId: vm.organizationId,
    subjectType: "vm",
    subjectId: vm.id,
    subjectName: vm.name,
    actorId: actor.kind === "user" ? actor.userId : null,
    input,
    at,
  });
  await recordAudit(tx, actor, { action: `vm.${action}`, subjectType: "vm", subjectId: vm.id, organizationId: vm.organizationId, before: { status: vm.status }, after: { operationId }, at });
  return operationId;
}

/** How the action is done. */
export function vmDefinition(action: VmOperationAction): OperationDefinition<unknown> {
  const definition = VM_DEFINITIONS.find((each) => each.kind === `vm.${action}`);
  if (!definition) throw new Error(`no definition of vm.${action}`);
  return definition;
}

/** Checks that the action is allowed and paid for, and gives the VM to the operation. @throws AppError INVALID_STATE, INSUFFICIENT_CREDITS */
export async function takeForAction(tx: Tx, vm: Vm, action: VmOperationAction, operationId: string, at: Date): Promise<void> {
  if (!vmAllows(vm.status, action) || vm.operationId !== null) throw notNow(vm, action);
  if (action === "start") await requireStart(tx, vm);
  if (action === "resume") refuseExpired(vm);
  const { during } = VM_TRANSITIONS[action];
  if (!(await takeVm(tx, vm, { status: during, operationId, at }))) {
    throw new AppError("INVALID_STATE", "Another operation has just taken this VM.", { state: vm.status, reason: "busy" });
  }
  await announceStatus(tx, vm, during, null, at);
}

function notNow(vm: Vm, action: VmOperationAction): AppError {
  if (vm.operationId !== null) return new AppError("INVALID_STATE", "Another operation has this VM now.", { state: vm.status, reason: "busy" });
  return new AppError("INVALID_STATE", `A VM that is ${vm.status.replaceAll("_", " ")} does not allow this: ${action.replaceAll("_", " ")}.`, { state: vm.status });
}
