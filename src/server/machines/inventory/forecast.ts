import { type Cover, FORECAST_DAYS, FORECAST_MAX_DAYS, FORECAST_MIN_DAYS, FORECAST_MIN_SOLD } from "#shared/machines/stock.ts";

const DAY_MS = 86_400_000;
/** Weekdays are told apart when each was seen twice and the machine sold something on the average of them. */
const WEEKDAY_MIN_DAYS = 14;
const WEEKDAY_MIN_SOLD = 28;

/** Pieces sold on one local day. */
export interface DaySales {
  /** the local date, YYYY-MM-DD */
  day: string;
  sold: number;
}

/**
 * What share of an average day's sales each weekday has, from Sunday on; their average is 1. One pattern for the machine: a single slot sells too little to have
 * one. All 1 while there are too few days or sales.
 * @param observedDays how many days, up to today, the sales are known of
 */
export function weekdayWeights(sales: readonly DaySales[], today: string, observedDays: number): readonly number[] {
  const flat = [1, 1, 1, 1, 1, 1, 1];
  const sold = sales.reduce((sum, one) => sum + one.sold, 0);
  if (observedDays < WEEKDAY_MIN_DAYS || sold < WEEKDAY_MIN_SOLD) return flat;
  // Whole weeks only, so that each weekday was seen as often as the others; today is not over.
  const days = Math.floor(Math.min(observedDays, FORECAST_DAYS) / 7) * 7;
  const first = addDays(today, -days);
  const byWeekday = flat.map(() => 0);
  let counted = 0;
  for (const { day, sold: pieces } of sales) {
    if (day < first || day >= today) continue;
    byWeekday[weekday(day)] = (byWeekday[weekday(day)] ?? 0) + pieces;
    counted += pieces;
  }
  // A weekday without any sale may be chance: it counts as a tenth of an average one.
  const weights = byWeekday.map((pieces) => Math.max(0.1, (pieces * 7) / counted));
  const average = weights.reduce((sum, one) => sum + one, 0) / 7;
  return counted === 0 ? flat : weights.map((one) => one / average);
}

interface SlotSales {
  hasProduct: boolean;
  count: number;
  /** pieces sold in the observed days */
  sold: number;
  /** since when the product is in the slot, as far back as is looked; null: nothing is known */
  since: Date | null;
}

/** How long what is in a slot lasts, when it goes on selling as it did. */
export function coverOf(slot: SlotSales, now: Date, local: { weekday: number; dayShareLeft: number }, weights: readonly number[]): Cover {
  const observedDays = slot.since ? Math.min(FORECAST_DAYS, (now.getTime() - slot.since.getTime()) / DAY_MS) : 0;
  const known = { sold: slot.sold, observedDays: round(observedDays) };
  if (!slot.hasProduct) return { basis: "none", days: null, perDay: null, ...known };
  if (observedDays < FORECAST_MIN_DAYS || (slot.sold > 0 && slot.sold < FORECAST_MIN_SOLD)) return { basis: "too_little", days: null, perDay: null, ...known };
  if (slot.sold === 0) return { basis: "unsold", days: null, perDay: 0, ...known };
  const perDay = slot.sold / observedDays;
  return { basis: "sales", days: round(daysUntilEmpty(slot.count, perDay, local, weights)), perDay: Math.round(perDay * 100) / 100, ...known };
}

/** Goes day by day, today with what is left of it. */
function daysUntilEmpty(count: number, perDay: number, local: { weekday: number; dayShareLeft: number }, weights: readonly number[]): number {
  let left = count;
  let days = 0;
  for (let ahead = 0; left > 0 && days < FORECAST_MAX_DAYS; ahead += 1) {
    const share = ahead === 0 ? local.dayShareLeft : 1;
    const sells = perDay * (weights[(local.weekday + ahead) % 7] ?? 1) * share;
    if (sells >= left) return Math.min(FORECAST_MAX_DAYS, days + (left / sells) * share);
    left -= sells;
    days += share;
  }
  return Math.min(days, FORECAST_MAX_DAYS);
}

/** The date, weekday and what is left of the day where the machine stands. */
export function localDay(now: Date, timezone: string): { day: string; weekday: number; dayShareLeft: number } {
  const parts = new Intl.DateTimeFormat("en-CA", { timeZone: timezone, year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" }).formatToParts(now);
  const part = (type: Intl.DateTimeFormatPartTypes): string => parts.find((one) => one.type === type)?.value ?? "00";
  const day = `${part("year")}-${part("month")}-${part("day")}`;
  const seconds = Number(part("hour")) * 3_600 + Number(part("minute")) * 60 + Number(part("second"));
  return { day, weekday: weekday(day), dayShareLeft: 1 - seconds / 86_400 };
}

function weekday(day: string): number {
  return new Date(`${day}T00:00:00Z`).getUTCDay();
}

function addDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
