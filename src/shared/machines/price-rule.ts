import type { PriceRule } from "./price-changes.ts";

/** What prices can be rounded to, micro-credits. */
export const ROUNDING_STEPS = ["10000", "50000", "100000", "500000", "1000000"] as const;
export const ROUNDING_MODES = ["nearest", "up", "down"] as const;

/** Why a price cannot be what the rule makes of it. */
export const PRICE_PROBLEMS = ["too_low", "too_high"] as const;

const MAX_PRICE = 10_000_000_000n;

/** What a price becomes by a rule, micro-credits; never a float on the way. */
export function priceAfter(before: bigint, rule: PriceRule): bigint {
  if (rule.kind === "set") return BigInt(rule.price);
  const step = BigInt(rule.rounding.step);
  // Percents are hundredths of hundredths: kept as a fraction until the one rounding, so that 10 % of 0.15 rounded up is not rounded twice.
  const [numerator, denominator] = rule.kind === "percent" ? [before * BigInt(10_000 + rule.basisPoints), 10_000n] : [before + BigInt(rule.amount), 1n];
  return roundTo(numerator, denominator * step, rule.rounding.mode) * step;
}

/** Whether a price can be one. */
export function priceProblem(price: bigint): (typeof PRICE_PROBLEMS)[number] | null {
  if (price <= 0n) return "too_low";
  return price > MAX_PRICE ? "too_high" : null;
}

/** A fraction to a whole number; a half goes away from zero. */
function roundTo(numerator: bigint, denominator: bigint, mode: "nearest" | "up" | "down"): bigint {
  const twice = mode === "nearest" ? 2n * numerator + denominator : mode === "up" ? 2n * (numerator + denominator - 1n) : 2n * numerator;
  return floorDiv(twice, 2n * denominator);
}

/** BigInt's division goes towards zero; of a price that falls below it the floor is meant. */
function floorDiv(numerator: bigint, denominator: bigint): bigint {
  const quotient = numerator / denominator;
  return numerator % denominator < 0n ? quotient - 1n : quotient;
}
