import type { Tx } from "#server/infra/events.ts";
import type { Prisma } from "#server/infra/prisma/client.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { logEnd, logStep } from "./logs/operation-lines.ts";
import { Later, type OperationDefinition, type StepContext, type StepDefinition, type StepOutput, stepsOf } from "./operation-definition.ts";
import { describeFailure, type StepFailure } from "./operation-failure.ts";
import { backoffMs, nextMove, progressOf, RETRY_LIMIT } from "./operation-moves.ts";
import { announceProgress } from "./operation-queue.ts";
import { reportStep, type StepReporter } from "./operation-progress.ts";
import { type Lease, LeaseLost, lockLeased, type OperationWithSteps, releaseLease, updateOperation, updateStep } from "./operation-repository.ts";

/** Why a step's wait was ended from outside. */
export class Interrupted extends Error {
  readonly by: "stop" | "cancel";

  constructor(by: "stop" | "cancel") {
    super(by === "stop" ? "the worker stops" : "the operation was called off");
    this.name = "Interrupted";
    this.by = by;
  }
}

/** Where the engine stands in a step: fault tests kill the process at each. */
export type Moment = "before record" | "recorded" | "effect done" | "done";

export interface DriveOptions {
  definitionOf(kind: string): OperationDefinition<unknown>;
  /** A signal for one step; the worker aborts it with Interrupted or LeaseLost. */
  stepSignal(direction: "run" | "compensate"): AbortSignal;
  stopping(): boolean;
  /** Pause after a first failed attempt; doubles with each. */
  retryBaseMs: number;
  /** Cap of the time that a call of a hypervisor may take. */
  maxCallMs: number;
  checkpoint?: ((moment: Moment, direction: "run" | "compensate", step: string) => void) | undefined;
}

interface Begun {
  direction: "run" | "compensate";
  operation: OperationWithSteps;
  position: number;
  attempt: number;
}

/**
 * Takes an operation as far as it goes: to its end, to a pause before another attempt, or to where the worker stops. Each transaction first checks that
 * the lease is still ours; what to do is read from the records alone, so whoever comes after a crash goes on from the same place.
 * @throws LeaseLost when another worker has it
 */
export async function driveOperation(rt: Runtime, lease: Lease, options: DriveOptions): Promise<void> {
  for (;;) {
    if (options.stopping()) return releaseLease(rt, lease, null);
    const begun = await begin(rt, lease, options);
    if (begun === "over") return;
    if (begun === "again") continue;
    const goesOn = begun.direction === "run" ? await run(rt, lease, begun, options) : await compensate(rt, lease, begun, options);
    if (!goesOn) return;
  }
}

/** Decides the next move and records that it begins, in one transaction. */
async function begin(rt: Runtime, lease: Lease, options: DriveOptions): Promise<Begun | "again" | "over"> {
  const at = rt.clock.now();
  const result = await transact(rt, async (tx): Promise<Begun | "again" | "over"> => {
    const operation = await lockLeased(tx, lease);
    const definition = options.definitionOf(operation.kind);
    const move = nextMove(operation);
    if (move.do === "nothing") return "over";
    if (move.do === "turnBack") {
      await turnBack(tx, operation, definition, null, at);
      return "again";
    }
    if (move.do === "end") {
      await end(tx, operation, at);
      return "over";
    }
    const step = stepAt(operation, move.position);
    const direction = move.do;
    options.checkpoint?.("before record", direction, step.name);
    const attempt = (direction === "run" ? step.attempt : step.compensationAttempt) + 1;
    await updateStep(
      tx,
      operation.id,
      move.position,
      direction === "run" ? { status: "running", attempt, startedAt: step.startedAt ?? at } : { status: "compensating", compensationAttempt: attempt },
    );
    await updateOperation(tx, operation.id, { status: "running", startedAt: operation.startedAt ?? at });
    // A step that merely waited goes on; it does not begin.
    if (step.status !== "running" || attempt > 1) await logStep(tx, operation, { step: step.name, what: direction === "run" ? "begun" : "undoing", attempt }, at);
    await announceProgress(tx, { ...operation, status: "running" }, step.name, at);
    return { direction, operation, position: move.position, attempt };
  });
  if (typeof result === "object") options.checkpoint?.("recorded", result.direction, stepAt(result.operation, result.position).name);
  return result;
}

async function run(rt: Runtime, lease: Lease, begun: Begun, options: DriveOptions): Promise<boolean> {
  const reporter = reportStep(rt, lease, begun.operation, options.definitionOf(begun.operation.kind), begun.position);
  const { definition, step, ctx } = contextOf(rt, begun, options, reporter);
  try {
    const output = await step.run?.(ctx);
    await reporter.close();
    options.checkpoint?.("effect done", "run", step.name);
    const over = await transact(rt, (tx) => recordDone(tx, rt, lease, begun, definition, async () => step.commit?.(tx, ctx, output), output));
    options.checkpoint?.("done", "run", step.name);
    return !over;
  } catch (error) {
    await reporter.close();
    return afterError(rt, lease, begun, options, error);
  }
}

async function recordDone(tx: Tx, rt: Runtime, lease: Lease, begun: Begun, definition: OperationDefinition<unknown>, commit: () => Promise<void>, output: StepOutput): Promise<boolean> {
  const operation = await lockLeased(tx, lease);
  const at = rt.clock.now();
  await commit();
  await updateStep(tx, operation.id, begun.position, { status: "succeeded", error: null, finishedAt: at, ...(output ? { output } : {}) });
  await logStep(tx, operation, { step: stepAt(operation, begun.position).name, what: "done" }, at);
  const steps = operation.steps.map((step) => (step.position === begun.position ? { ...step, status: "succeeded" } : step));
  const over = steps.every((step) => step.status === "succeeded");
  const status = over ? "succeeded" : "running";
  const defined = stepsOf(definition, operation.steps);
  const progress = over ? 100 : progressOf(steps, defined);
  await updateOperation(tx, operation.id, {
    status,
    progress,
    input: without(operation.input, defined[begun.position]?.forgets ?? []),
    ...(over ? { finishedAt: at, leaseOwner: null, leaseUntil: null } : {}),
  });
  if (over) await logEnd(tx, operation, status, at);
  await announceProgress(tx, { ...operation, status, progress }, over ? null : stepAt(operation, begun.position).name, at);
  return over;
}

async function compensate(rt: Runtime, lease: Lease, begun: Begun, options: DriveOptions): Promise<boolean> {
  const { step, ctx } = contextOf(rt, begun, options, null);
  try {
    const output = await step.compensate?.(ctx);
    options.checkpoint?.("effect done", "compensate", step.name);
    const over = await transact(rt, async (tx) => {
      const operation = await lockLeased(tx, lease);
      const at = rt.clock.now();
      await step.commitCompensation?.(tx, ctx, output);
      await updateStep(tx, operation.id, begun.position, { status: "compensated", finishedAt: at });
      await logStep(tx, operation, { step: stepAt(operation, begun.position).name, what: "undone" }, at);
      const steps = operation.steps.map((other) => (other.position === begun.position ? { ...other, status: "compensated" } : other));
      if (nextMove({ ...operation, steps }).do !== "end") return false;
      await end(tx, operation, at);
      return true;
    });
    options.checkpoint?.("done", "compensate", step.name);
    return !over;
  } catch (error) {
    return afterError(rt, lease, begun, options, error);
  }
}

/** Records what an error means. What cannot be recorded (no database) is thrown: the lease runs out and the operation is taken up again. */
async function afterError(rt: Runtime, lease: Lease, begun: Begun, options: DriveOptions, error: unknown): Promise<boolean> {
  if (error instanceof LeaseLost) throw error;
  if (error instanceof Interrupted && error.by === "stop") {
    await pause(rt, lease, begun, { nextRunAt: rt.clock.now(), attempt: begun.attempt - 1, error: null });
    return false;
  }
  if (error instanceof Later) {
    await pause(rt, lease, begun, { nextRunAt: new Date(rt.clock.now().getTime() + error.ms), attempt: begun.attempt - 1, error: null });
    return false;
  }
  const failure = describeFailure(error);
  const name = stepAt(begun.operation, begun.position).name;
  rt.log.warn({ err: error, operationId: lease.operationId, step: name, attempt: begun.attempt, direction: begun.direction }, "operation: a step failed");
  const again = new Date(rt.clock.now().getTime() + backoffMs(begun.attempt, options.retryBaseMs));
  // What was begun must be undone: that is tried until it works.
  if (begun.direction === "compensate") {
    await pause(rt, lease, begun, { nextRunAt: again, attempt: begun.attempt, error: failure.message });
    return false;
  }
  const cancelled = error instanceof Interrupted;
  if (!cancelled && failure.retryable && begun.attempt < RETRY_LIMIT) {
    await pause(rt, lease, begun, { nextRunAt: again, attempt: begun.attempt, error: failure.message });
    return false;
  }
  await transact(rt, async (tx) => {
    const operation = await lockLeased(tx, lease);
    // Its commit was acknowledged to nobody but did happen: there is no failure.
    if (stepAt(operation, begun.position).status !== "running") return;
    await updateStep(tx, operation.id, begun.position, { status: "failed", error: cancelled ? null : failure.message, finishedAt: rt.clock.now() });
    await logStep(tx, operation, { step: stepAt(operation, begun.position).name, what: "failed", error: cancelled ? null : failure.message, again: false }, rt.clock.now());
    await turnBack(tx, operation, options.definitionOf(operation.kind), operation.cancelRequested ? null : failure, rt.clock.now());
  });
  return true;
}

/** Leaves the step as begun, to be taken up at `nextRunAt`. */
async function pause(rt: Runtime, lease: Lease, begun: Begun, record: { nextRunAt: Date; attempt: number; error: string | null }): Promise<void> {
  await transact(rt, async (tx) => {
    const operation = await lockLeased(tx, lease);
    const step = stepAt(operation, begun.position);
    if (step.status === "running" || step.status === "compensating") {
      await updateStep(tx, operation.id, begun.position, { ...(begun.direction === "run" ? { attempt: record.attempt } : { compensationAttempt: record.attempt }), error: record.error });
    }
    await updateOperation(tx, operation.id, { nextRunAt: record.nextRunAt, leaseOwner: null, leaseUntil: null });
    if (record.error === null) return;
    await logStep(tx, operation, { step: step.name, what: "failed", error: record.error, again: true }, rt.clock.now());
    await announceProgress(tx, operation, step.name, rt.clock.now());
  });
}

/** From here on the steps are undone, the last first. Secrets are not needed any more. `failure` null: called off. */
async function turnBack(tx: Tx, operation: OperationWithSteps, definition: OperationDefinition<unknown>, failure: StepFailure | null, at: Date): Promise<void> {
  await updateOperation(tx, operation.id, {
    status: "running",
    compensating: true,
    startedAt: operation.startedAt ?? at,
    nextRunAt: at,
    errorCode: failure?.code ?? null,
    errorMessage: failure?.message ?? null,
    input: without(operation.input, definition.steps.flatMap((step) => step.forgets ?? [])),
  });
  await announceProgress(tx, { ...operation, status: "running" }, null, at);
}

async function end(tx: Tx, operation: OperationWithSteps, at: Date): Promise<void> {
  const status = !operation.compensating ? "succeeded" : operation.errorCode === null ? "cancelled" : "failed";
  await updateOperation(tx, operation.id, { status, finishedAt: at, leaseOwner: null, leaseUntil: null });
  await logEnd(tx, operation, status, at);
  await announceProgress(tx, { ...operation, status }, null, at);
}

function contextOf(rt: Runtime, begun: Begun, options: DriveOptions, reporter: StepReporter | null): { definition: OperationDefinition<unknown>; step: StepDefinition<unknown>; ctx: StepContext<unknown> } {
  const { operation } = begun;
  const definition = options.definitionOf(operation.kind);
  const step = stepsOf(definition, operation.steps)[begun.position];
  if (!step) throw new Error(`${operation.kind} has no step ${begun.position}`);
  const ctx: StepContext<unknown> = {
    rt,
    operation: { ...operation, input: definition.input.parse(operation.input) },
    key: `${operation.id}:${step.name}`,
    attempt: begun.attempt,
    signal: options.stepSignal(begun.direction),
    maxCallMs: options.maxCallMs,
    report: (progress) => reporter?.report(progress),
    failure: failureOf(operation),
  };
  return { definition, step, ctx };
}

/** Why an operation is being undone; null while it runs forward. */
export function failureOf(operation: Pick<OperationWithSteps, "compensating" | "errorCode" | "errorMessage">): StepContext<unknown>["failure"] {
  return operation.compensating ? { message: operation.errorMessage ?? "Called off.", cancelled: operation.errorCode === null } : null;
}

function stepAt(operation: OperationWithSteps, position: number): OperationWithSteps["steps"][number] {
  const step = operation.steps[position];
  if (!step) throw new Error(`${operation.id} has no step ${position}`);
  return step;
}

function without(input: Prisma.JsonValue, keys: readonly string[]): Prisma.InputJsonObject {
  return Object.fromEntries(Object.entries(input as Prisma.InputJsonObject).filter(([key]) => !keys.includes(key)));
}
