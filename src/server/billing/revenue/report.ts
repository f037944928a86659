import type { z } from "zod";
import { REVENUE_LINES, type RevenueLine, type revenueInput, type revenueOutput } from "#shared/billing/revenue.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { readPaid, readTouched } from "./money-repository.ts";
import { type Money, moneyBetween, movementOf, movementsOf } from "./money.ts";
import { monthsOf, type Stretch } from "./months.ts";
import { type LineRow, readLines, readStanding, type Sums } from "./revenue-repository.ts";
import { rollRevenue } from "./roll.ts";

type Report = z.output<typeof revenueOutput>;
type Lines = Report["lines"];

/** Rounds that a reader waits for; the worker keeps the sums closer than that. */
export const ROUNDS = 5;

/**
 * What happened to all customers' credits in some months: opening and lines make the closing, which is the next month's opening, and over all time the lines of
 * each kind of system account are what that account gave less what it got.
 * @throws AppError INVALID_REQUEST for months in the wrong order, or too many
 */
export async function getRevenue(rt: Runtime, input: z.output<typeof revenueInput>): Promise<Report> {
  const now = rt.clock.now();
  const { from, to, start, end } = monthsOf(now, input);
  const upToDate = await rollRevenue(rt, ROUNDS);
  const until = end < now ? end : now;
  const period = { start, end, by: input.by };
  const [rows, standing, paid, touched] = await Promise.all([readLines(rt, period), readStanding(rt, until), readPaid(rt, period), readTouched(rt, period)]);
  const movements = [...paid.map(movementOf), ...touched.flatMap(movementsOf)];
  const before = rows.filter(({ at }) => at === null);
  const opening = sumOf(before);
  const within = rows.filter(({ at }) => at !== null);
  const byStep = Map.groupBy(within, ({ at }) => at?.getTime() ?? 0);
  let closing = opening;
  const steps = stepsOf(start, end, input.by)
    .filter((step) => step.start <= now || byStep.has(step.start.getTime()))
    .map((step): Report["steps"][number] => {
      const own = byStep.get(step.start.getTime()) ?? [];
      closing = sumOf([{ ...closing }, ...own]);
      return { at: step.start.toISOString(), lines: linesOf(own), closing: balanceOf(closing), money: moneyBetween(movements, step.start, step.end) };
    });
  return {
    from,
    to,
    start: start.toISOString(),
    end: end.toISOString(),
    upToDate,
    opening: balanceOf(opening),
    lines: linesOf(within),
    closing: balanceOf(sumOf([opening, ...within])),
    held: standing.held.toString(),
    owedUsage: standing.owedUsage.toString(),
    owedPayments: standing.owedPayments.toString(),
    money: moneyBetween(movements, start, end) satisfies Money[],
    steps,
  };
}

function stepsOf(start: Date, end: Date, by: "month" | "day"): Stretch[] {
  const steps: Stretch[] = [];
  for (let at = start; at < end; ) {
    const next = new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + (by === "month" ? 1 : 0), by === "month" ? 1 : at.getUTCDate() + 1));
    steps.push({ start: at, end: next });
    at = next;
  }
  return steps;
}

/** The rows of several steps as lines, in their order; those of which nothing was booked are left out. */
function linesOf(rows: readonly LineRow[]): Lines {
  const byLine = Map.groupBy(rows, ({ line }) => line as RevenueLine);
  return REVENUE_LINES.flatMap((line) => {
    const own = byLine.get(line);
    return own ? [{ line, count: Number(own.reduce((sum, row) => sum + row.count, 0n)), ...balanceOf(sumOf(own)) }] : [];
  });
}

function sumOf(rows: readonly Sums[]): Sums {
  return rows.reduce((sum, row) => ({ amount: sum.amount + row.amount, paid: sum.paid + row.paid }), { amount: 0n, paid: 0n });
}

/** An amount with its two parts, as it is answered. */
export function balanceOf({ amount, paid }: Sums): { amount: string; paid: string; promotional: string } {
  return { amount: amount.toString(), paid: paid.toString(), promotional: (amount - paid).toString() };
}
