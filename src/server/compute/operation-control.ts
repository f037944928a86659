import { operationIsOver } from "#shared/compute/states.ts";
import { AppError } from "#shared/errors.ts";
import type { Scope, UserActor } from "#server/identity/actor.ts";
import type { Tx } from "#server/infra/events.ts";
import type { Prisma } from "#server/infra/prisma/client.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { recordAudit } from "#server/platform/audit.ts";
import { type StepContext, stepsFor } from "./operation-definition.ts";
import { failureOf } from "./operation-engine.ts";
import { definitionOf } from "./operation-kinds.ts";
import { progressOf } from "./operation-moves.ts";
import { announceProgress } from "./operation-queue.ts";
import { lockOperation, type OperationWithSteps, resetSteps, updateOperation, updateStep } from "./operation-repository.ts";
import { isCancellable, isRetryable, type OperationView, toView, vmActionOf } from "./operation-view.ts";
import { visible } from "./policy.ts";
import { vmWithPlan } from "./repository.ts";
import { takeForAction } from "./vm-requests.ts";

/**
 * Calls an operation off: what it has done is undone. Those that are quick or cannot be undone only before they begin.
 * @throws AppError NOT_FOUND, INVALID_STATE
 */
export async function cancelOperation(rt: Runtime, actor: UserActor, scope: Scope, id: string): Promise<OperationView> {
  const at = rt.clock.now();
  const operation = await transact(rt, async (tx) => {
    const found = visible(await lockOperation(tx, id), scope, "operation");
    if (found.cancelRequested && !operationIsOver(found.status)) return found;
    if (!isCancellable(found)) {
      throw new AppError("INVALID_STATE", operationIsOver(found.status) ? `This operation has ${found.status} already.` : "This operation can no longer be cancelled.", { state: found.status });
    }
    await updateOperation(tx, id, { cancelRequested: true, nextRunAt: at });
    await audit(tx, actor, "operation.cancel", found, at);
    await announceProgress(tx, found, null, at);
    return { ...found, cancelRequested: true };
  });
  rt.signals.send("operations");
  return toView(operation);
}

/**
 * Runs a failed or cancelled operation again, from its beginning; of a batch, the parts that were not done. The making of a VM is not repeated: nothing of
 * it is left, its password neither.
 * @throws AppError NOT_FOUND, INVALID_STATE (also when the VM does not allow the action now), and what the request for it throws
 */
export async function retryOperation(rt: Runtime, actor: UserActor, scope: Scope, id: string): Promise<OperationView> {
  const at = rt.clock.now();
  const operation = await transact(rt, async (tx) => {
    const found = visible(await lockOperation(tx, id), scope, "operation");
    if (!isRetryable(found)) throw new AppError("INVALID_STATE", "This operation cannot be tried again.", { state: found.status });
    const definition = definitionOf(found.kind);
    const action = vmActionOf(found.kind);
    const vm = action === null ? null : visible(await vmWithPlan(tx, found.subjectId), scope, "VM");
    if (vm && action) await takeForAction(tx, vm, action, id, at);
    const before = definition.input.parse(found.input);
    const { organizationId, subjectId } = found;
    const input = definition.request ? await definition.request(tx, { operationId: id, organizationId, subjectId, statusBefore: vm?.status ?? null, input: before, at }) : before;
    const steps = stepsFor(definition, input);
    await resetSteps(tx, id, steps, at);
    const progress = progressOf(steps.map((step) => ({ status: step.withRequest ? "succeeded" : "pending" })), steps);
    const fresh = { status: "queued", compensating: false, cancelRequested: false, abandoned: false, errorCode: null, errorMessage: null, progress, nextRunAt: at, startedAt: null, finishedAt: null };
    await updateOperation(tx, id, { ...fresh, input: input as Prisma.InputJsonObject }); // inputs are plain objects by their schemas
    await audit(tx, actor, "operation.retry", found, at);
    await announceProgress(tx, { ...found, ...fresh }, null, at);
    return visible(await lockOperation(tx, id), scope, "operation");
  });
  rt.signals.send("operations");
  return toView(operation);
}

/**
 * Ends an operation that cannot be undone because its host is dead: what is left there stays, and only the database's part of the undoing is done. The VM is
 * put down by what can be known, held credits go back. When the host comes back, the sweep removes what should not be there.
 * @throws AppError NOT_FOUND, INVALID_STATE when it is not being undone
 */
export async function giveUpOperation(rt: Runtime, actor: UserActor, id: string): Promise<OperationView> {
  const at = rt.clock.now();
  const operation = await transact(rt, async (tx) => {
    const found = visible(await lockOperation(tx, id), "platform", "operation");
    if (operationIsOver(found.status) || !found.compensating) throw new AppError("INVALID_STATE", "Only an operation that is being undone can be given up.", { state: found.status });
    const definition = definitionOf(found.kind);
    for (const record of found.steps.toReversed()) {
      const step = definition.steps.find((each) => each.name === record.name);
      if (!step || record.status === "pending" || record.status === "compensated") continue;
      const ctx: StepContext<unknown> = {
        rt,
        operation: { ...found, input: definition.input.parse(found.input) },
        key: `${id}:${step.name}`,
        attempt: record.compensationAttempt,
        signal: AbortSignal.abort(),
        maxCallMs: 0,
        report: () => {},
        failure: failureOf(found),
      };
      await step.commitCompensation?.(tx, ctx, step.givenUp);
      await updateStep(tx, id, record.position, { status: step.compensate ? record.status : "compensated", finishedAt: at });
    }
    // Whoever works on it has lost it: the next write of theirs is refused.
    const ended = { status: "failed", abandoned: true, errorCode: found.errorCode ?? "HYPERVISOR_ERROR", errorMessage: found.errorMessage ?? "Its host was given up.", finishedAt: at };
    await updateOperation(tx, id, { ...ended, leaseOwner: null, leaseUntil: null });
    await audit(tx, actor, "operation.give_up", found, at);
    await announceProgress(tx, { ...found, ...ended }, null, at);
    return visible(await lockOperation(tx, id), "platform", "operation");
  });
  rt.signals.send("operations");
  return toView(operation);
}

async function audit(tx: Tx, actor: UserActor, action: string, operation: OperationWithSteps, at: Date): Promise<void> {
  const { id: subjectId, organizationId, status, kind } = operation;
  await recordAudit(tx, actor, { action, subjectType: "operation", subjectId, organizationId, before: { status, kind }, at });
}
