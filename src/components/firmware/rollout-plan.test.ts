import { describe, expect, it } from "vitest";
import { rolloutCreateInput } from "#shared/machines/rollouts.ts";
import { EMPTY_PLAN, minuteOf, parseSteps, planOf, timeOf, windowOf } from "./rollout-plan.ts";

it.each<[string, number[] | null]>([
  ["10, 50, 100", [10, 50, 100]],
  ["100", [100]],
  ["5% 25% 100%", [5, 25, 100]],
  ["10,50", null],
  ["50, 10, 100", null],
  ["10, 10, 100", null],
  ["0, 100", null],
  ["100, 200", null],
  ["ten, 100", null],
  ["", null],
])("steps %j are %j", (text, percents) => {
  expect(parseSteps(text)?.map((step) => step.percent) ?? null).toEqual(percents);
});

it("times are minutes of the day and back", () => {
  for (const minute of [0, 61, 719, 1_439]) expect(minuteOf(timeOf(minute))).toBe(minute);
  for (const wrong of ["", "24:00", "12:60", "1:00", "noon"]) expect(minuteOf(wrong)).toBeNull();
});

describe("a plan", () => {
  it("is what the API takes", () => {
    const firmwareId = "fmw_00000000000000000000000000";
    for (const values of [{ name: "A" }, { name: "B", windowed: true }, { name: "C", canary: "none" as const }, { name: "D", canary: "chosen" as const, canaryIds: ["mch_00000000000000000000000000"] }]) {
      expect(rolloutCreateInput.safeParse({ firmwareId, ...planOf({ ...EMPTY_PLAN, ...values }) }).error).toBeUndefined();
    }
  });

  it("is none while something in it is wrong", () => {
    expect(planOf({ ...EMPTY_PLAN, steps: "10" })).toBeNull();
    expect(planOf({ ...EMPTY_PLAN, windowed: true, to: "02:00" })).toBeNull();
    expect(windowOf({ windowed: true, from: "22:00", to: "04:00" })).toEqual({ from: 1_320, to: 240 });
  });
});
