import type { z } from "zod";
import type { creditChartOutput } from "#shared/billing/schema.ts";
import type { Point } from "#components/chart/chart-data.ts";
import { toChartNumber } from "#shared/credits.ts";

export type CreditChart = z.infer<typeof creditChartOutput>;

/**
 * Balance so far and forecast, on one axis: as far ahead as back, so that neither squeezes the other. A bucket's balance is the one at its end, so
 * that is where it stands; the last bucket ends now.
 */
export function balancePoints(chart: Pick<CreditChart, "points" | "forecast" | "bucketSeconds">, now: number): Point[] {
  const past = chart.points.map((point) => ({
    at: new Date(Math.min(now, Date.parse(point.at) + chart.bucketSeconds * 1000)).toISOString(),
    balance: toChartNumber(point.balance),
    forecast: null,
  }));
  const [first, ...rest] = chart.forecast;
  const begin = chart.points[0];
  const last = past.at(-1);
  if (!first || !begin || !last) return past;
  const until = now + (now - Date.parse(begin.at));
  const ahead: Point[] = [];
  let before = first;
  for (const point of rest) {
    const cut = Date.parse(point.at) > until;
    ahead.push({ at: cut ? new Date(until).toISOString() : point.at, balance: null, forecast: cut ? between(before, point, until) : toChartNumber(point.balance) });
    if (cut) break;
    before = point;
  }
  return [...past.slice(0, -1), { ...last, forecast: toChartNumber(first.balance) }, ...ahead];
}

/** What was spent in each bucket. */
export function spendPoints(chart: Pick<CreditChart, "points">): Point[] {
  return chart.points.map((point) => ({ at: point.at, spent: toChartNumber(point.spent) }));
}

/** The value at a moment on the straight line between two points. */
function between(a: CreditChart["forecast"][number], b: CreditChart["forecast"][number], at: number): number {
  const from = Date.parse(a.at);
  const share = (at - from) / Math.max(1, Date.parse(b.at) - from);
  return toChartNumber(a.balance) + (toChartNumber(b.balance) - toChartNumber(a.balance)) * share;
}
