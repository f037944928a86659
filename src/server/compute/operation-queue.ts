import { currentCorrelation } from "#server/infra/correlation.ts";
import { publish, type Tx } from "#server/infra/events.ts";
import type { Prisma } from "#server/infra/prisma/client.ts";
import { type OperationDefinition, stepsFor } from "./operation-definition.ts";
import type { StepFailure } from "./operation-failure.ts";
import { progressOf } from "./operation-moves.ts";
import { insertOperation } from "./operation-repository.ts";

export interface NewOperation<Input> {
  id: string;
  organizationId: string;
  subjectType: "vm" | "project" | "batch" | "backup";
  subjectId: string;
  subjectName: string;
  actorId: string | null;
  input: Input;
  at: Date;
}

/**
 * Writes an operation in the transaction of the request for it. Steps marked `withRequest` are what that transaction does: they are done.
 * Send the signal "operations" after the commit.
 */
export async function enqueueOperation<Input>(tx: Tx, definition: OperationDefinition<Input>, operation: NewOperation<Input>): Promise<void> {
  const { at, input, ...identity } = operation;
  const defined = stepsFor(definition, input);
  const steps = defined.map((step, position) => ({
    position,
    name: step.name,
    ...(step.withRequest ? { status: "succeeded", attempt: 1, startedAt: at, finishedAt: at } : { status: "pending" }),
  }));
  const progress = progressOf(steps, defined);
  await insertOperation(tx, {
    ...identity,
    kind: definition.kind,
    status: "queued",
    progress,
    input: input as Prisma.InputJsonObject, // inputs are plain objects by their schemas
    correlationId: currentCorrelation()?.id ?? null,
    nextRunAt: at,
    createdAt: at,
    steps: { create: steps },
  });
  await announceProgress(tx, { ...identity, kind: definition.kind, status: "queued", progress }, null, at);
}

/** Writes an operation that was refused: it never begins, and says why. */
export async function enqueueRefused<Input>(tx: Tx, definition: OperationDefinition<Input>, operation: NewOperation<Input>, failure: StepFailure): Promise<void> {
  const { at, input, ...identity } = operation;
  const outcome = { kind: definition.kind, status: "failed", progress: 0 };
  await insertOperation(tx, {
    ...identity,
    ...outcome,
    input: input as Prisma.InputJsonObject, // as above
    errorCode: failure.code,
    errorMessage: failure.message,
    correlationId: currentCorrelation()?.id ?? null,
    nextRunAt: at,
    createdAt: at,
    finishedAt: at,
    steps: { create: stepsFor(definition, input).map((step, position) => ({ position, name: step.name, status: "pending" })) },
  });
  await announceProgress(tx, { ...identity, ...outcome }, null, at);
}

/** Publishes where the operation is, in the transaction that brought it there. */
export async function announceProgress(
  tx: Tx,
  operation: { id: string; organizationId: string; kind: string; subjectId: string; status: string; progress: number },
  step: string | null,
  at: Date,
): Promise<void> {
  await publish(tx, {
    type: "operation.progress",
    subject: operation.id,
    organizationId: operation.organizationId,
    at,
    data: { operationId: operation.id, kind: operation.kind, subjectId: operation.subjectId, status: operation.status, progress: operation.progress, step },
  });
}
