import { inAdvance, type MeterPolicy } from "#shared/billing/policy.ts";

/**
 * Which hours of a resource are charged, and when each falls due. Pure: the same spans give the same hours whenever, and however often, this is asked.
 * docs/decisions/0004-metering-by-resource-hours.md
 */

export const HOUR_MS = 3_600_000;

export interface MeteredSpan {
  policy: MeterPolicy;
  anchorAt: Date;
  startedAt: Date;
  endedAt: Date | null;
  /** when the first hour that is not recorded yet falls due; null: none is left */
  dueAt: Date | null;
  /** when all of the resource had ended: nothing follows, so the hour it was in falls due then */
  goneAt: Date | null;
}

export interface DueHour {
  hourStart: Date;
  dueAt: Date;
}

/** The start of the resource's hour that `time` is in; times before the anchor are in its first. */
export function hourStart(anchorAt: Date, time: Date): Date {
  const hours = Math.max(0, Math.floor((time.getTime() - anchorAt.getTime()) / HOUR_MS));
  return new Date(anchorAt.getTime() + hours * HOUR_MS);
}

/**
 * When the first hour of a span falls due: at once when it is charged in advance, at its end when in arrears.
 * @param taken the hour it begins in belongs to an earlier span, whose price and policy hold for all of it
 */
export function firstDue(span: Pick<MeteredSpan, "policy" | "anchorAt" | "startedAt">, taken: boolean): Date {
  const hour = hourStart(span.anchorAt, span.startedAt).getTime();
  const next = new Date(hour + HOUR_MS);
  if (inAdvance(span.policy)) return taken ? next : span.startedAt;
  return taken ? new Date(hour + 2 * HOUR_MS) : next;
}

/**
 * The hours of the span that fall due by `until` and are not recorded yet, oldest first, at most `limit`. Charged in advance, a span has both its ends: an
 * hour at whose first instant it ended has begun. In arrears the time in between counts, so there is no such hour.
 */
export function dueHours(span: MeteredSpan, until: Date, limit: number): DueHour[] {
  const hours: DueHour[] = [];
  let due = span.dueAt;
  while (due && due <= until && hours.length < limit) {
    const hour = hourOf(span, due);
    hours.push({ hourStart: hour, dueAt: due });
    due = dueAfter(span, hour);
  }
  return hours;
}

/** When the hour after this one falls due; null when the span has none. */
export function dueAfter(span: MeteredSpan, hour: Date): Date | null {
  const next = new Date(hour.getTime() + HOUR_MS);
  if (inAdvance(span.policy)) return span.endedAt && next > span.endedAt ? null : next;
  if (span.endedAt && next >= span.endedAt) return null;
  const end = new Date(next.getTime() + HOUR_MS);
  return span.goneAt && span.goneAt < end ? span.goneAt : end;
}

function hourOf(span: MeteredSpan, due: Date): Date {
  return hourStart(span.anchorAt, inAdvance(span.policy) ? due : new Date(due.getTime() - 1));
}

/** The hour that the span records next; null: none is left. */
export function unrecorded(span: MeteredSpan): Date | null {
  return span.dueAt && hourStart(span.anchorAt, inAdvance(span.policy) ? span.dueAt : new Date(span.dueAt.getTime() - 1));
}

/** When this hour of the span falls due; null when it ended before it. */
export function dueOf(span: MeteredSpan, hour: Date): Date | null {
  if (inAdvance(span.policy)) {
    const due = hour > span.startedAt ? hour : span.startedAt;
    return span.endedAt && due > span.endedAt ? null : due;
  }
  if (span.endedAt && hour >= span.endedAt) return null;
  const end = new Date(hour.getTime() + HOUR_MS);
  return span.goneAt && span.goneAt < end ? span.goneAt : end;
}
