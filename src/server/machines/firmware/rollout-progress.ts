import type { PauseReason } from "#shared/machines/rollouts.ts";

/** How the machines of one step stand. Left out of all numbers: who was skipped, and failures that an administrator went on after. */
export interface StepCounts {
  counted: number;
  succeeded: number;
  /** rolled back ones too */
  failed: number;
  open: number;
}

export interface RolloutPlan {
  step: number;
  /** the number of the last step; 0 is the canary group */
  lastStep: number;
  successThreshold: number;
  failureThreshold: number;
  soakMinutes: number;
  stepMetAt: Date | null;
}

export type Verdict = { kind: "stay"; stepMetAt: Date | null } | { kind: "next"; step: number } | { kind: "pause"; reason: PauseReason } | { kind: "complete" };

/**
 * What a running rollout does next. Failures stop it in whichever step they happen, at the threshold and not only above. A step is met when enough of its
 * machines run the new version, and is followed by the next when it has stood for the soak time; the last one ends the rollout when no machine is open.
 * @param steps counts by step, from the canary group on
 */
export function judgeRollout(plan: RolloutPlan, steps: readonly StepCounts[], now: Date): Verdict {
  const begun = steps.slice(0, plan.step + 1);
  if (begun.some((step) => step.failed > 0 && reaches(step.failed, step.counted, plan.failureThreshold))) return { kind: "pause", reason: "failures" };
  if (plan.step >= plan.lastStep) return begun.every((step) => step.open === 0) ? { kind: "complete" } : { kind: "stay", stepMetAt: plan.stepMetAt };
  const current = steps[plan.step] ?? NONE;
  if (current.counted === 0) return { kind: "next", step: plan.step + 1 };
  if (!reaches(current.succeeded, current.counted, plan.successThreshold)) {
    if (!reaches(current.succeeded + current.open, current.counted, plan.successThreshold)) return { kind: "pause", reason: "success_unreachable" };
    return { kind: "stay", stepMetAt: null };
  }
  const metAt = plan.stepMetAt ?? now;
  return now.getTime() - metAt.getTime() >= plan.soakMinutes * 60_000 ? { kind: "next", step: plan.step + 1 } : { kind: "stay", stepMetAt: metAt };
}

const NONE: StepCounts = { counted: 0, succeeded: 0, failed: 0, open: 0 };

/** Whether `part` of `whole` is at least `percent`; whole numbers, so that the edge is exact. */
function reaches(part: number, whole: number, percent: number): boolean {
  return part * 100 >= percent * whole;
}
