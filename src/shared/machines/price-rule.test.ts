import { fc } from "#server/testing/properties.ts";
import { describe, expect, it, test } from "vitest";
import { priceApplyInput, priceChangeInput, type PriceRule } from "./price-changes.ts";
import { priceAfter, priceProblem, ROUNDING_MODES, ROUNDING_STEPS } from "./price-rule.ts";

const percent = (basisPoints: number, step: (typeof ROUNDING_STEPS)[number] = "10000", mode: (typeof ROUNDING_MODES)[number] = "nearest"): PriceRule => ({ kind: "percent", basisPoints, rounding: { step, mode } });
const amount = (micro: string, step: (typeof ROUNDING_STEPS)[number] = "10000", mode: (typeof ROUNDING_MODES)[number] = "nearest"): PriceRule => ({ kind: "amount", amount: micro, rounding: { step, mode } });

test.each<[string, bigint, PriceRule, bigint]>([
  ["set", 1_500_000n, { kind: "set", price: "1990000" }, 1_990_000n],
  ["+5 %", 1_500_000n, percent(500), 1_580_000n],
  ["+5 %, down", 1_500_000n, percent(500, "10000", "down"), 1_570_000n],
  ["+5 %, up to 0.10", 1_500_000n, percent(500, "100000", "up"), 1_600_000n],
  ["exact, up: stays", 1_000_000n, percent(1_000, "100000", "up"), 1_100_000n],
  ["−12.5 % to 0.05", 2_000_000n, percent(-1_250, "50000"), 1_750_000n],
  ["a half goes up", 1_000_000n, amount("5000"), 1_010_000n],
  ["less than a half goes down", 1_000_000n, amount("4999"), 1_000_000n],
  ["−0.30", 1_500_000n, amount("-300000"), 1_200_000n],
  ["to whole credits", 1_500_000n, amount("-300000", "1000000"), 1_000_000n],
  ["one rounding: 1.4949 is nearer to 1.00", 1_000_000n, percent(4_949, "1000000"), 1_000_000n],
  ["below zero, down", 100_000n, amount("-150000", "100000", "down"), -100_000n],
])("%s", (_name, before, rule, after) => expect(priceAfter(before, rule)).toBe(after));

it("rounds to a multiple of the step, in the direction that is asked for, and never by a whole step", () => {
  const cases = fc.record({ before: fc.bigInt(1n, 10_000_000_000n), basisPoints: fc.integer({ min: -9_900, max: 100_000 }).filter((value) => value !== 0), step: fc.constantFrom(...ROUNDING_STEPS), mode: fc.constantFrom(...ROUNDING_MODES) });
  fc.assert(
    fc.property(cases, ({ before, basisPoints, step, mode }) => {
      const after = priceAfter(before, percent(basisPoints, step, mode));
      const size = BigInt(step);
      // In ten-thousandths, where the exact price is whole.
      const off = after * 10_000n - before * BigInt(10_000 + basisPoints);
      expect(after % size).toBe(0n);
      if (mode === "up") expect(off >= 0n && off < size * 10_000n).toBe(true);
      else if (mode === "down") expect(off <= 0n && off > -size * 10_000n).toBe(true);
      else expect(2n * (off < 0n ? -off : off) <= size * 10_000n).toBe(true);
    }),
  );
});

it("knows what is no price", () => {
  expect([0n, -1n, 1n, 10_000_000_000n, 10_000_000_001n].map(priceProblem)).toEqual(["too_low", "too_low", null, null, "too_high"]);
});

describe("what is no change", () => {
  const rounding = { step: "10000", mode: "nearest" };
  test.each<[string, unknown]>([
    ["no rule", {}],
    ["an unknown rule", { rule: { kind: "double" } }],
    ["a price of zero", { rule: { kind: "set", price: "0" } }],
    ["a price that is no number", { rule: { kind: "set", price: "1.50" } }],
    ["a price above the highest", { rule: { kind: "set", price: "10000000001" } }],
    ["no percent", { rule: { kind: "percent", basisPoints: 0, rounding } }],
    ["all of it", { rule: { kind: "percent", basisPoints: -10_000, rounding } }],
    ["half a basis point", { rule: { kind: "percent", basisPoints: 0.5, rounding } }],
    ["no number of percents", { rule: { kind: "percent", basisPoints: Number.NaN, rounding } }],
    ["no rounding", { rule: { kind: "percent", basisPoints: 500 } }],
    ["a step of nothing", { rule: { kind: "percent", basisPoints: 500, rounding: { step: "0", mode: "nearest" } } }],
    ["a direction that is none", { rule: { kind: "percent", basisPoints: 500, rounding: { step: "10000", mode: "sideways" } } }],
    ["no amount", { rule: { kind: "amount", amount: "0", rounding } }],
    ["too much", { rule: { kind: "amount", amount: "10000000001", rounding } }],
    ["too many digits", { rule: { kind: "amount", amount: "9".repeat(20), rounding } }],
    ["no products at all", { productIds: [], rule: { kind: "set", price: "1" } }],
    ["something else's id", { productIds: ["mch_00000000000000000000000000"], rule: { kind: "set", price: "1" } }],
    ["more machines than can be chosen", { machineIds: Array.from({ length: 1_001 }, () => "mch_00000000000000000000000000"), rule: { kind: "set", price: "1" } }],
  ])("%s", (_name, input) => expect(priceChangeInput.safeParse(input).success).toBe(false));

  it("an agreement to no preview", () => {
    const apply = { rule: { kind: "set", price: "1" }, fingerprint: "0".repeat(64), idempotencyKey: "8c5b0f1e-6a0e-4b52-9a54-2f1f6d3f0a11" };
    expect(priceApplyInput.safeParse(apply).success).toBe(true);
    expect(priceApplyInput.safeParse({ ...apply, fingerprint: "yes" }).success).toBe(false);
    expect(priceApplyInput.safeParse({ ...apply, idempotencyKey: "again" }).success).toBe(false);
  });
});
