import type { z } from "zod";
import type { operationListInput, operationListOutput, operationOutput } from "#shared/compute/schema.ts";
import { operationIsOver, type OperationStatus, type StepStatus, VM_TRANSITIONS, type VmOperationAction } from "#shared/compute/states.ts";
import { AppError } from "#shared/errors.ts";
import { pagination } from "#shared/schema.ts";
import type { MemberActor, Scope } from "#server/identity/actor.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { recordAudit } from "#server/platform/audit.ts";
import { definitionOf } from "./operation-kinds.ts";
import { progressOf } from "./operation-moves.ts";
import { announceProgress } from "./operation-queue.ts";
import { listOperationRows, lockOperation, type OperationWithSteps, operationWithSteps, resetSteps, updateOperation } from "./operation-repository.ts";
import { visible } from "./policy.ts";
import { vmWithPlan } from "./repository.ts";
import { takeForAction } from "./vm-requests.ts";

type OperationView = z.infer<typeof operationOutput>;

export async function getOperation(rt: Runtime, scope: Scope, id: string): Promise<OperationView> {
  return toView(visible(await operationWithSteps(rt, id), scope, "operation"));
}

/** Newest first. */
export async function listOperations(rt: Runtime, scope: Scope, input: z.infer<typeof operationListInput>): Promise<z.infer<typeof operationListOutput>> {
  const { rows, total } = await listOperationRows(rt, scope, input);
  return { data: rows.map(toView), pagination: pagination(input, total) };
}

/**
 * Calls an operation off: what it has done is undone. Those that are quick or cannot be undone only before they begin.
 * @throws AppError NOT_FOUND, INVALID_STATE
 */
export async function cancelOperation(rt: Runtime, actor: MemberActor, id: string): Promise<OperationView> {
  const at = rt.clock.now();
  const operation = await transact(rt, async (tx) => {
    const found = visible(await lockOperation(tx, id), actor, "operation");
    if (found.cancelRequested && !operationIsOver(found.status)) return found;
    if (!isCancellable(found)) {
      throw new AppError("INVALID_STATE", operationIsOver(found.status) ? `This operation has ${found.status} already.` : "This operation can no longer be cancelled.", { state: found.status });
    }
    await updateOperation(tx, id, { cancelRequested: true, nextRunAt: at });
    await recordAudit(tx, actor, { action: "operation.cancel", subjectType: "operation", subjectId: id, organizationId: found.organizationId, before: { status: found.status, kind: found.kind }, at });
    await announceProgress(tx, found, null, at);
    return { ...found, cancelRequested: true };
  });
  rt.signals.send("operations");
  return toView(operation);
}

/**
 * Runs a failed or cancelled operation on a VM again, from its beginning. The making of a VM is not repeated: nothing of it is left, its password neither.
 * @throws AppError NOT_FOUND, INVALID_STATE (also when the VM does not allow the action now), INSUFFICIENT_CREDITS
 */
export async function retryOperation(rt: Runtime, actor: MemberActor, id: string): Promise<OperationView> {
  const at = rt.clock.now();
  const operation = await transact(rt, async (tx) => {
    const found = visible(await lockOperation(tx, id), actor, "operation");
    const action = retryAction(found);
    if (action === null) throw new AppError("INVALID_STATE", "This operation cannot be tried again.", { state: found.status });
    const vm = visible(await vmWithPlan(tx, found.subjectId), actor, "VM");
    await takeForAction(tx, vm, action, id, at);
    const definition = definitionOf(found.kind);
    await resetSteps(tx, id, definition.steps.map((step) => step.withRequest === true), at);
    const progress = progressOf(definition.steps.map((step) => ({ status: step.withRequest ? "succeeded" : "pending" })), definition.steps);
    const fresh = { status: "queued", compensating: false, cancelRequested: false, errorCode: null, errorMessage: null, progress, nextRunAt: at, startedAt: null, finishedAt: null };
    await updateOperation(tx, id, fresh);
    await recordAudit(tx, actor, { action: "operation.retry", subjectType: "operation", subjectId: id, organizationId: found.organizationId, before: { status: found.status, kind: found.kind }, at });
    await announceProgress(tx, { ...found, ...fresh }, null, at);
    return visible(await lockOperation(tx, id), actor, "operation");
  });
  rt.signals.send("operations");
  return toView(operation);
}

function isCancellable(operation: OperationWithSteps): boolean {
  if (operationIsOver(operation.status) || operation.compensating || operation.cancelRequested) return false;
  return operation.status === "queued" || definitionOf(operation.kind).cancellable;
}

/** The action on a VM that this operation would try again; null when it can't be. */
function retryAction(operation: OperationWithSteps): VmOperationAction | null {
  const action = operation.kind.replace(/^vm\./, "");
  const again = operation.status === "failed" || operation.status === "cancelled";
  return again && Object.hasOwn(VM_TRANSITIONS, action) ? (action as VmOperationAction) : null;
}

function toView(operation: OperationWithSteps): OperationView {
  const { errorCode, errorMessage } = operation;
  return {
    id: operation.id,
    kind: operation.kind,
    subjectType: operation.subjectType,
    subjectId: operation.subjectId,
    subjectName: operation.subjectName,
    organizationId: operation.organizationId,
    // The columns hold what this program wrote: a status each.
    status: operation.status as OperationStatus,
    compensating: operation.compensating,
    cancellable: isCancellable(operation),
    retryable: retryAction(operation) !== null,
    progress: operation.progress,
    error: errorCode === null ? null : { code: errorCode, message: errorMessage ?? "" },
    steps: operation.steps.map((step) => ({
      name: step.name,
      status: step.status as StepStatus,
      attempt: step.attempt,
      error: step.error,
      startedAt: step.startedAt && step.startedAt.toISOString(),
      finishedAt: step.finishedAt && step.finishedAt.toISOString(),
    })),
    createdAt: operation.createdAt.toISOString(),
    startedAt: operation.startedAt && operation.startedAt.toISOString(),
    finishedAt: operation.finishedAt && operation.finishedAt.toISOString(),
  };
}
