import { describe, expect, it } from "vitest";
import { judgeRollout, type RolloutPlan, type StepCounts } from "./rollout-progress.ts";

const NOW = new Date("2028-02-28T10:00:00Z");
const minutesAgo = (minutes: number, more = 0) => new Date(NOW.getTime() - minutes * 60_000 - more);
const plan = (over: Partial<RolloutPlan> = {}): RolloutPlan => ({ step: 0, lastStep: 2, successThreshold: 90, failureThreshold: 20, soakMinutes: 0, stepMetAt: null, ...over });
const counts = (succeeded: number, failed: number, open: number): StepCounts => ({ counted: succeeded + failed + open, succeeded, failed, open });
const NONE = counts(0, 0, 0);
const judge = (over: Partial<RolloutPlan>, ...steps: StepCounts[]) => judgeRollout(plan(over), steps, NOW);

describe("a step", () => {
  it.each<[string, StepCounts, Partial<RolloutPlan>, unknown]>([
    ["is met at the threshold", counts(9, 0, 1), {}, { kind: "next", step: 1 }],
    ["is not met below it", counts(8, 0, 2), {}, { kind: "stay", stepMetAt: null }],
    ["of three at 67 % needs all three", counts(2, 0, 1), { successThreshold: 67 }, { kind: "stay", stepMetAt: null }],
    ["of three at 66 % needs two", counts(2, 0, 1), { successThreshold: 66 }, { kind: "next", step: 1 }],
    ["of 100 % needs all", counts(199, 0, 1), { successThreshold: 100 }, { kind: "stay", stepMetAt: null }],
    ["without machines is passed over, without its soak", NONE, { soakMinutes: 60 }, { kind: "next", step: 1 }],
    ["stops at the threshold of failures", counts(4, 1, 0), {}, { kind: "pause", reason: "failures" }],
    ["goes on below it", counts(9, 1, 0), { failureThreshold: 11 }, { kind: "next", step: 1 }],
    ["stops at the first failure with 1 % of up to 100", counts(0, 1, 99), { failureThreshold: 1 }, { kind: "pause", reason: "failures" }],
    ["does not stop at one of 101 with 1 %", counts(100, 1, 0), { failureThreshold: 1 }, { kind: "next", step: 1 }],
    ["with 100 % stops when all have failed", counts(0, 3, 0), { failureThreshold: 100 }, { kind: "pause", reason: "failures" }],
    ["that can never be met any more stops too", counts(0, 2, 9), { failureThreshold: 50 }, { kind: "pause", reason: "success_unreachable" }],
    ["that can just be met waits", counts(0, 1, 9), { failureThreshold: 50 }, { kind: "stay", stepMetAt: null }],
  ])("%s", (_what, step, over, verdict) => {
    expect(judge(over, step)).toEqual(verdict);
  });

  it("stands for the soak time from when it was met, and begins it anew when machines roll back", () => {
    const over = { soakMinutes: 30 };
    expect(judge(over, counts(10, 0, 0))).toEqual({ kind: "stay", stepMetAt: NOW });
    expect(judge({ ...over, stepMetAt: minutesAgo(30, -1) }, counts(10, 0, 0))).toEqual({ kind: "stay", stepMetAt: minutesAgo(30, -1) });
    expect(judge({ ...over, stepMetAt: minutesAgo(30) }, counts(10, 0, 0))).toEqual({ kind: "next", step: 1 });
    expect(judge({ ...over, stepMetAt: minutesAgo(29), failureThreshold: 90 }, counts(8, 1, 2))).toEqual({ kind: "stay", stepMetAt: null });
  });

  it("stops for failures in an earlier one, and not for those of later ones that have not begun", () => {
    expect(judge({ step: 1 }, counts(3, 1, 0), counts(0, 0, 10))).toEqual({ kind: "pause", reason: "failures" });
    expect(judge({ step: 0 }, counts(1, 0, 0), counts(0, 10, 0))).toEqual({ kind: "next", step: 1 });
  });
});

describe("the last step", () => {
  const last = { step: 2 };
  it.each<[string, StepCounts[], Partial<RolloutPlan>, unknown]>([
    ["ends the rollout when all have ended", [counts(1, 0, 0), counts(5, 0, 0), counts(9, 1, 0)], {}, { kind: "complete" }],
    ["waits for machines of earlier steps", [counts(1, 0, 0), counts(9, 0, 1), counts(9, 0, 0)], {}, { kind: "stay", stepMetAt: null }],
    ["needs no threshold: nothing comes after it", [counts(1, 0, 0), counts(5, 0, 0), counts(0, 5, 5)], { failureThreshold: 60 }, { kind: "stay", stepMetAt: null }],
    ["stops for failures", [counts(1, 0, 0), counts(5, 0, 0), counts(4, 1, 0)], {}, { kind: "pause", reason: "failures" }],
    ["without machines ends the rollout", [NONE, NONE, NONE], {}, { kind: "complete" }],
  ])("%s", (_what, steps, over, verdict) => {
    expect(judge({ ...last, ...over }, ...steps)).toEqual(verdict);
  });
});
