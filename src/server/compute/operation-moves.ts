import { operationIsOver } from "#shared/compute/states.ts";

/** The saga's state table: what a worker does next follows from what is recorded, and from nothing else. */
export interface RecordedOperation {
  status: string;
  compensating: boolean;
  cancelRequested: boolean;
  steps: readonly { position: number; status: string }[];
}

export type Move = { do: "nothing" } | { do: "turnBack" } | { do: "run"; position: number } | { do: "compensate"; position: number } | { do: "end" };

/** The next move. Forward: the first step that is not done. Backward: the last one that was ever begun and is not undone. */
export function nextMove(operation: RecordedOperation): Move {
  if (operationIsOver(operation.status)) return { do: "nothing" };
  if (operation.compensating) {
    const last = operation.steps.findLast((step) => step.status !== "pending" && step.status !== "compensated");
    return last ? { do: "compensate", position: last.position } : { do: "end" };
  }
  if (operation.cancelRequested) return { do: "turnBack" };
  const first = operation.steps.find((step) => step.status !== "succeeded");
  return first ? { do: "run", position: first.position } : { do: "end" };
}

/** Percent of the weights of the steps that are done, rounded down: 100 is kept for the end. */
export function progressOf(steps: readonly { status: string }[], weights: readonly { weight: number }[]): number {
  const total = weights.reduce((sum, step) => sum + step.weight, 0);
  const done = steps.reduce((sum, step, index) => sum + (step.status === "succeeded" ? (weights[index]?.weight ?? 0) : 0), 0);
  return total === 0 ? 100 : Math.floor((done / total) * 100);
}

export const RETRY_LIMIT = 5;

/** Milliseconds until attempt `attempt` + 1: doubling from `baseMs`, at most 30 times that. */
export function backoffMs(attempt: number, baseMs: number): number {
  return baseMs * Math.min(30, 2 ** (attempt - 1));
}
