import { HOUR_MS, type MeteredSpan, dueAfter, dueHours } from "./metering-hours.ts";

export interface ChargedSpan extends MeteredSpan {
  id: string;
  projectId: string | null;
  resourceType: string;
  resourceId: string;
  resourceName: string;
  component: string;
  pricePerHour: bigint;
}

export interface UsageRow {
  span: ChargedSpan;
  hourStart: Date;
}

export interface ChargePlan {
  rows: UsageRow[];
  /** spans with the `dueAt` that they get */
  advanced: { id: string; dueAt: Date | null }[];
  /** not all that is due fitted in */
  truncated: boolean;
}

/**
 * The usage rows due by `now` for an organization's spans, the oldest hour first and at most `limit`; of two spans with one hour (a restart,
 * a change of price) the earlier one comes first, and its price holds for that hour. What costs nothing gets no rows.
 * @param spans those with the earliest `dueAt`
 */
export function planCharges(spans: readonly ChargedSpan[], now: Date, limit: number): ChargePlan {
  const due = spans.flatMap((span) => (span.pricePerHour > 0n ? dueHours(span, now, limit + 1).map((hourStart) => ({ span, hourStart })) : []));
  due.sort(
    (a, b) =>
      a.hourStart.getTime() - b.hourStart.getTime() ||
      compare(a.span.resourceId, b.span.resourceId) ||
      compare(a.span.component, b.span.component) ||
      a.span.startedAt.getTime() - b.span.startedAt.getTime(),
  );
  const rows = due.slice(0, limit);
  const taken = Map.groupBy(rows, (row) => row.span);
  const advanced = spans.flatMap((span) => {
    const hours = span.pricePerHour > 0n ? (taken.get(span) ?? []).map((row) => row.hourStart) : dueHours(span, now, Number.POSITIVE_INFINITY);
    const last = hours.at(-1);
    return last ? [{ id: span.id, dueAt: dueAfter(span, new Date(last.getTime() + HOUR_MS)) }] : [];
  });
  return { rows, advanced, truncated: due.length > rows.length };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
