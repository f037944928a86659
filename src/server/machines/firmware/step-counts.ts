import { isOpen } from "#shared/machines/rollouts.ts";
import type { StepCounts } from "./rollout-progress.ts";
import type { StateCount } from "./rollout-repository.ts";

/** Counts of one rollout by step, from the canary group on. Skipped machines and tolerated failures are in none. */
export function stepCounts(counts: readonly StateCount[], lastStep: number): (StepCounts & { total: number })[] {
  return Array.from({ length: lastStep + 1 }, (_, step) => {
    const sum = { total: 0, counted: 0, succeeded: 0, failed: 0, open: 0 };
    for (const { state, tolerated, count } of counts.filter((each) => each.step === step)) {
      sum.total += count;
      if (state === "skipped" || tolerated) continue;
      sum.counted += count;
      if (state === "succeeded") sum.succeeded += count;
      else if (isOpen(state)) sum.open += count;
      else sum.failed += count;
    }
    return sum;
  });
}
