import { MONTHS_AT_MOST, MONTHS_BY_DAY, monthsBetween } from "#shared/billing/revenue.ts";
import { AppError } from "#shared/errors.ts";

export interface Stretch {
  start: Date;
  /** the first moment after it */
  end: Date;
}

/** Calendar months of UTC: 2026-10 to 2026-12, both counted. */
export interface Months extends Stretch {
  from: string;
  to: string;
}

interface Asked {
  from?: string | undefined;
  to?: string | undefined;
  by?: "month" | "day";
}

/**
 * The months that were asked for: up to the present one and no more than that, unless they say otherwise.
 * @throws AppError INVALID_REQUEST when the last is before the first, or there are more than a report has
 */
export function monthsOf(now: Date, { from: first, to = now.toISOString().slice(0, 7), by = "month" }: Asked): Months {
  const from = first ?? to;
  const count = monthsBetween({ from, to });
  if (count < 1) throw refusal("to", "must not be before the first month");
  if (count > MONTHS_AT_MOST) throw refusal("from", `must be within ${MONTHS_AT_MOST} months of the last one`);
  if (by === "day" && count > MONTHS_BY_DAY) throw refusal("by", `can be day for at most ${MONTHS_BY_DAY} months`);
  const last = new Date(`${to}-01T00:00:00.000Z`);
  return { from, to, start: new Date(`${from}-01T00:00:00.000Z`), end: new Date(Date.UTC(last.getUTCFullYear(), last.getUTCMonth() + 1, 1)) };
}

function refusal(field: string, message: string): AppError {
  return new AppError("INVALID_REQUEST", `${field} ${message}`, { details: [{ field, message }] });
}
