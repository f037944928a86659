/**
 * Which hours of a resource are charged. Pure: the same spans give the same hours whenever, and however often, this is asked.
 * docs/decisions/0004-metering-by-resource-hours.md
 */
export const HOUR_MS = 3_600_000;

export interface MeteredSpan {
  anchorAt: Date;
  startedAt: Date;
  endedAt: Date | null;
  /** start of the first hour not yet recorded; null: none is left */
  dueAt: Date | null;
}

/** The start of the resource's hour that `time` is in; times before the anchor are in its first. */
export function hourStart(anchorAt: Date, time: Date): Date {
  const hours = Math.max(0, Math.floor((time.getTime() - anchorAt.getTime()) / HOUR_MS));
  return new Date(anchorAt.getTime() + hours * HOUR_MS);
}

/**
 * The hours of the span that have begun by `now` and are not recorded yet, oldest first, at most `limit`. A span has both its ends: an hour in which
 * it began or ended is charged in full.
 */
export function dueHours(span: MeteredSpan, now: Date, limit: number): Date[] {
  if (!span.dueAt) return [];
  const last = Math.min(now.getTime(), span.endedAt?.getTime() ?? Number.POSITIVE_INFINITY);
  const hours: Date[] = [];
  for (let time = span.dueAt.getTime(); time <= last && hours.length < limit; time += HOUR_MS) hours.push(new Date(time));
  return hours;
}

/** `dueAt` once all before `next` is recorded: null when the span ended before it. */
export function dueAfter(span: Pick<MeteredSpan, "endedAt">, next: Date): Date | null {
  return span.endedAt && next > span.endedAt ? null : next;
}
