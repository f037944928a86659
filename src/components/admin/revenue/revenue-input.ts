import { MONTHS_BY_DAY, monthsBetween } from "#shared/billing/revenue.ts";

/** What the page asks for, from what its address says; the server's part of the page asks the same. */
interface Asked {
  from: string;
  to: string;
  by: "month" | "day";
}

/** Months that can be chosen from, the present one first. */
const CHOICES = 36;
/** Months that are shown at first. */
const FIRST = 6;

const MONTH = /^20\d\d-(0[1-9]|1[0-2])$/;

/** The month so many before the present one (UTC): 2026-11. */
function monthBefore(now: number, months: number): string {
  const date = new Date(now);
  return new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() - months, 1)).toISOString().slice(0, 7);
}

export function monthChoices(now: number): string[] {
  return Array.from({ length: CHOICES }, (_, nth) => monthBefore(now, nth));
}

/** The last six months unless the address says otherwise; one month by day, several by month. What the API would refuse is mended. */
export function revenueInputOf({ from, to, by }: Partial<Record<"from" | "to" | "by", string | null>>, now: number): Asked {
  const known = (month: string | null | undefined, usual: string) => (month && MONTH.test(month) ? month : usual);
  const last = known(to, monthBefore(now, 0));
  const first = known(from, monthBefore(now, FIRST - 1));
  const count = monthsBetween({ from: first, to: last });
  const start = count < 1 || count > CHOICES ? last : first;
  const months = monthsBetween({ from: start, to: last });
  return { from: start, to: last, by: months > MONTHS_BY_DAY ? "month" : by === "day" || by === "month" ? by : months === 1 ? "day" : "month" };
}

/** Customers on a page. */
const LIMIT = 20;

export function customersInput({ from, to }: Asked, page: number): { from: string; to: string; page: number; limit: number } {
  return { from, to, page, limit: LIMIT };
}
