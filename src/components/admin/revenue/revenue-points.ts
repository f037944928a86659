import type { z } from "zod";
import type { Point } from "#components/chart/chart-data.ts";
import type { RevenueLine, revenueOutput } from "#shared/billing/revenue.ts";
import { toChartNumber } from "#shared/credits.ts";

export type Revenue = z.infer<typeof revenueOutput>;
type Lines = Revenue["lines"];
export type Part = "amount" | "paid" | "promotional";

/** Lines that say together what customers paid in, were given and consumed. */
export const PAID_IN: readonly RevenueLine[] = ["topup", "manual", "taken_back", "debt_paid"];
export const GIVEN: readonly RevenueLine[] = ["grant", "grant_revoked", "promotion_expired"];
export const CONSUMED: readonly RevenueLine[] = ["usage", "usage_given_back", "sale"];

/** The sum of some lines, in micro-credits: positive when customers received. */
export function sumOf(lines: Lines, names: readonly RevenueLine[], part: Part = "amount"): bigint {
  return lines.reduce((sum, line) => (names.includes(line.line) ? sum + BigInt(line[part]) : sum), 0n);
}

/** What was consumed of paid and of promotional credits, and what came in, in each step. */
export function movementPoints(steps: Revenue["steps"]): Point[] {
  return steps.map(({ at, lines }) => ({
    at,
    paid: toChartNumber(-sumOf(lines, CONSUMED, "paid")),
    promotional: toChartNumber(-sumOf(lines, CONSUMED, "promotional")),
    income: toChartNumber(sumOf(lines, PAID_IN)),
  }));
}

/** What customers had unspent when each step ended. */
export function liabilityPoints(steps: Revenue["steps"]): Point[] {
  return steps.map(({ at, closing }) => ({ at, paid: toChartNumber(closing.paid), promotional: toChartNumber(closing.promotional) }));
}
