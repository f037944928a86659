import { MOST_DAYS } from "#shared/billing/breakdowns.ts";

/** Whole days of UTC, as prices and statements count them. */
export interface ChargeRange {
  /** the first moment */
  from: string;
  /** the first moment after it */
  to: string;
}

export const RANGES = ["7d", "31d", "92d"] as const;
const DAY_MS = 86_400_000;

/** The last days, today included. */
export function lastDays(range: (typeof RANGES)[number], now: number): ChargeRange {
  const end = now - (now % DAY_MS) + DAY_MS;
  return rangeOf(end - Number.parseInt(range, 10) * DAY_MS, end);
}

/** From one day to another, both included; null where that is none, or too long. */
export function daysBetween(first: string, last: string): ChargeRange | null {
  const [from, end] = [startOf(first), startOf(last)];
  if (from === null || end === null || end < from || end - from >= MOST_DAYS * DAY_MS) return null;
  return rangeOf(from, end + DAY_MS);
}

/** The days that a range begins and ends with. */
export function daysOf({ from, to }: ChargeRange): { first: string; last: string } {
  return { first: from.slice(0, 10), last: new Date(Date.parse(to) - DAY_MS).toISOString().slice(0, 10) };
}

function startOf(day: string): number | null {
  if (!/^\d{4}-\d\d-\d\d$/.test(day)) return null;
  const ms = Date.parse(`${day}T00:00:00.000Z`);
  // The 31st of April is none, though some parsers take it for the 1st of May.
  return Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 10) !== day ? null : ms;
}

function rangeOf(from: number, to: number): ChargeRange {
  return { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
}
