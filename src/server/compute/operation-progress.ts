import type { Prisma } from "#server/infra/prisma/client.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import type { TaskProgress } from "./drivers/driver.ts";
import { type OperationDefinition, stepsOf } from "./operation-definition.ts";
import { taskLines } from "./logs/task-lines.ts";
import { announceProgress } from "./operation-queue.ts";
import { type Lease, LeaseLost, lockLeased, type OperationWithSteps, updateOperation } from "./operation-repository.ts";
import { progressOf } from "./operation-moves.ts";

/** Writes no oftener: each is a transaction and an event. */
const PAUSE_MS = 1_000;

export interface StepReporter {
  /** Never throws and never waits. */
  report(progress: TaskProgress): void;
  /** No more is written; resolves when nothing is being written. */
  close(): Promise<void>;
}

/**
 * Carries what a hypervisor says about its task: the percent to the operation, within the step's weight, which only grows, at most once a second; its lines to
 * the VM's log. A report that cannot be written is dropped: the step's own record counts.
 */
export function reportStep(rt: Runtime, lease: Lease, begunFrom: OperationWithSteps, definition: OperationDefinition<unknown>, position: number): StepReporter {
  const lines = taskLines(rt, begunFrom);
  let writing: Promise<void> | null = null;
  let writtenAt = Number.NEGATIVE_INFINITY;
  let closed = false;

  const write = async (percent: number): Promise<void> => {
    try {
      await transact(rt, async (tx) => {
        const operation = await lockLeased(tx, lease);
        const step = operation.steps[position];
        const progress = withinStep(operation.steps, stepsOf(definition, operation.steps), position, percent);
        if (step?.status !== "running" || progress <= operation.progress) return;
        const data: Prisma.OperationUpdateInput = { progress };
        await updateOperation(tx, operation.id, data);
        await announceProgress(tx, { ...operation, progress }, step.name, rt.clock.now());
      });
    } catch (error) {
      if (!(error instanceof LeaseLost)) rt.log.warn({ err: error, operationId: lease.operationId }, "operation: its progress was not written");
    }
  };
  return {
    report({ percent, message }) {
      if (!closed && message !== null) lines.say(message);
      if (closed || writing || percent === null || performance.now() - writtenAt < PAUSE_MS) return;
      writtenAt = performance.now();
      writing = write(percent).finally(() => {
        writing = null;
      });
    },
    async close() {
      closed = true;
      await lines.close();
      await writing;
    },
  };
}

/** Progress of an operation whose step at `position` is at `percent`; 100 is kept for the end. */
export function withinStep(steps: readonly { status: string }[], weights: readonly { weight: number }[], position: number, percent: number): number {
  const total = weights.reduce((sum, step) => sum + step.weight, 0);
  const share = total === 0 ? 0 : (weights[position]?.weight ?? 0) / total;
  const within = Math.min(100, Math.max(0, percent)) * share;
  return Math.min(99, progressOf(steps, weights) + Math.floor(within));
}
