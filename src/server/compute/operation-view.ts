import type { z } from "zod";
import type { operationOutput } from "#shared/compute/schema.ts";
import { operationIsOver, type OperationStatus, type StepStatus, VM_TRANSITIONS, type VmOperationAction } from "#shared/compute/states.ts";
import { definitionOf } from "./operation-kinds.ts";
import type { OperationWithSteps } from "./operation-repository.ts";

export type OperationView = z.infer<typeof operationOutput>;

/** An operation in the form of the contract. What the database has elsewhere is added by who asks. */
export function toView(operation: OperationWithSteps): OperationView {
  const { errorCode, errorMessage } = operation;
  return {
    id: operation.id,
    kind: operation.kind,
    subjectType: operation.subjectType,
    subjectId: operation.subjectId,
    subjectName: operation.subjectName,
    organizationId: operation.organizationId,
    organizationName: null,
    // The columns hold what this program wrote: a status each.
    status: operation.status as OperationStatus,
    compensating: operation.compensating,
    abandoned: operation.abandoned,
    cancellable: isCancellable(operation),
    retryable: isRetryable(operation),
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
    results: null,
    createdAt: operation.createdAt.toISOString(),
    startedAt: operation.startedAt && operation.startedAt.toISOString(),
    finishedAt: operation.finishedAt && operation.finishedAt.toISOString(),
  };
}

/** Whether it can be called off now. */
export function isCancellable(operation: OperationWithSteps): boolean {
  if (operationIsOver(operation.status) || operation.compensating || operation.cancelRequested) return false;
  return operation.status === "queued" || definitionOf(operation.kind).cancellable;
}

/** Whether it ended without success and can be tried again from its beginning. */
export function isRetryable(operation: OperationWithSteps): boolean {
  if (operation.status !== "failed" && operation.status !== "cancelled") return false;
  return operation.kind === BATCH || (vmActionOf(operation.kind) !== null && definitionOf(operation.kind).once !== true);
}

export const BATCH = "vms.batch";

/** The action on a VM that this kind of operation does; null for other kinds, and for the making of a VM. */
export function vmActionOf(kind: string): VmOperationAction | null {
  const action = kind.replace(/^vm\./, "");
  return Object.hasOwn(VM_TRANSITIONS, action) ? (action as VmOperationAction) : null;
}
