import type { z } from "zod";
import type { creditChartOutput, creditSpendingOutput } from "#shared/billing/schema.ts";
import type { Point } from "#components/chart/chart-data.ts";
import { leftAt, runway } from "#shared/billing/runway.ts";
import { toChartNumber } from "#shared/credits.ts";

export type CreditChart = z.infer<typeof creditChartOutput>;
export type Spending = z.infer<typeof creditSpendingOutput>;

const AHEAD_POINTS = 24;

/** Micro-credits an hour between which spending moves: those of the quietest and of the busiest day, and what burns now. */
interface Pace {
  slow: bigint;
  fast: bigint;
}

/** Full days that a pace is read from; of those on which nothing was used nothing is read. */
const PACE_DAYS = 7;

/** How fast credits went on the last seven full days; null when fewer than two of them can tell. */
export function paceOf(days: Spending["days"], burnPerHour: string): Pace | null {
  const used = days
    .slice(-PACE_DAYS - 1, -1)
    .map(({ total }) => BigInt(total) / 24n)
    .filter((perHour) => perHour > 0n);
  if (used.length < 2) return null;
  const all = [...used, BigInt(burnPerHour)];
  return { slow: all.reduce((least, each) => (each < least ? each : least)), fast: all.reduce((most, each) => (each > most ? each : most)) };
}

/** What the forecast reads of the chart's data. */
type Standing = Pick<CreditChart, "lots" | "burnPerHour" | "coming">;

/** How far the credits reach from now on at a pace, which prices to come change as much as they change what burns now; what expires unspent is gone. */
export function runwayAt({ lots, burnPerHour, coming }: Standing, now: number, perHour: bigint) {
  const burn = BigInt(burnPerHour);
  const steps = coming.map((step) => ({ at: Date.parse(step.at), perHour: burn === 0n ? perHour : (perHour * BigInt(step.perHour)) / burn }));
  return runway(now, lots.map(({ left, expiresAt }) => ({ left: BigInt(left), expiresAt: expiresAt === null ? null : Date.parse(expiresAt) })), perHour, steps);
}

/**
 * Balance so far and forecast, on one axis: as far ahead as back, so that neither squeezes the other. A bucket's balance is the one at its end, so
 * that is where it stands; the last bucket ends now. Around the forecast goes a band (`low` to `high`): where the balance will be at the pace of the busiest and
 * of the quietest day.
 */
export function balancePoints(chart: Pick<CreditChart, "points" | "bucketSeconds"> & Standing, now: number, pace: Pace | null): Point[] {
  const past = chart.points.map((point): Point => ({
    at: new Date(Math.min(now, Date.parse(point.at) + chart.bucketSeconds * 1000)).toISOString(),
    balance: toChartNumber(point.balance),
    forecast: null,
  }));
  const begin = chart.points[0];
  const last = past.at(-1);
  const burn = BigInt(chart.burnPerHour);
  if (burn === 0n || !begin || !last) return past;
  const span = now - Date.parse(begin.at);
  const lines = (pace ? { forecast: burn, low: pace.fast, high: pace.slow } : { forecast: burn }) satisfies Record<string, bigint>;
  const ways = Object.entries(lines).map(([key, perHour]) => ({ key, way: runwayAt(chart, now, perHour) }));
  const at = (ms: number): Point => ({
    at: new Date(ms).toISOString(),
    balance: null,
    ...Object.fromEntries(ways.map(({ key, way }) => [key, toChartNumber(leftAt(way, ms))])),
  });
  // Where a line bends there is a point; where credits expire, which is a step, there are one before and one after it.
  const corners = ways.flatMap(({ way }) => way.points.flatMap((point, nth) => (way.points[nth + 1]?.at === point.at ? [point.at - 1] : [point.at])));
  const moments = [...Array.from({ length: AHEAD_POINTS }, (_, nth) => now + ((nth + 1) * span) / AHEAD_POINTS), ...corners.filter((ms) => ms > now && ms < now + span)];
  const ahead = [...new Set(moments.map(Math.round))].toSorted((one, other) => one - other).map(at);
  return [...past.slice(0, -1), { ...at(now), at: last.at, balance: last["balance"] ?? null }, ...ahead];
}

/** Each shown day's use: `r0` is the dearest resource, `other` all that are not told apart. */
export function dailyPoints({ days, shownFrom }: Pick<Spending, "days" | "shownFrom">): Point[] {
  return days
    .filter(({ day }) => day >= shownFrom)
    .map(({ day, amounts, other }) => ({ at: `${day}T00:00:00.000Z`, ...Object.fromEntries(amounts.map((amount, nth) => [`r${nth}`, toChartNumber(amount)])), other: toChartNumber(other) }));
}

/** Day `n` of any month stands at this moment, so that two months lie over each other. */
const dayOfMonth = (n: number) => new Date(Date.UTC(2000, 0, n)).toISOString();

/** What was used from the first of a month up to each of its days: `current` until today, `last` for all of the month before. */
export function monthPoints({ days, month }: Pick<Spending, "days" | "month">): Point[] {
  const sums = (from: string, to: string) => {
    let sum = 0n;
    return days.filter(({ day }) => day >= from && day < to).map(({ total }) => toChartNumber((sum += BigInt(total))));
  };
  const last = sums(month.lastStart, month.start);
  const current = sums(month.start, "9999");
  return Array.from({ length: Math.max(last.length, current.length) }, (_, nth) => ({ at: dayOfMonth(nth + 1), current: current[nth] ?? null, last: last[nth] ?? null }));
}

/** By how much this month is above (1.5: by half as much again) or below the last one at the same moment; null when there was nothing to compare with. */
export function monthChange({ soFar, lastSoFar }: Pick<Spending["month"], "soFar" | "lastSoFar">): number | null {
  const before = toChartNumber(lastSoFar);
  return before === 0 ? null : toChartNumber(soFar) / before - 1;
}
