import { amountFor, chargedSeconds, inAdvance } from "#shared/billing/policy.ts";
import { type DueHour, dueAfter, dueHours, HOUR_MS, type MeteredSpan } from "./metering-hours.ts";

export interface ChargedSpan extends MeteredSpan {
  id: string;
  projectId: string | null;
  resourceType: string;
  resourceId: string;
  resourceName: string;
  component: string;
  pricePerHour: bigint;
  priceIds: string[];
}

/** An hour of a span that is due, and may turn out to cost nothing. */
export interface Candidate extends DueHour {
  span: ChargedSpan;
}

export interface UsageRow extends Candidate {
  seconds: number;
  amount: bigint;
}

/** When a component of a resource was on: all its spans, whatever they cost. */
export interface Presence {
  resourceId: string;
  component: string;
  startedAt: Date;
  endedAt: Date | null;
}

/** What is charged already of a component in a month: needed where a policy has a cap. */
export interface ChargedHour {
  resourceId: string;
  component: string;
  hourStart: Date;
  seconds: number;
}

export interface Selection {
  /** in the order in which they fell due, and are paid */
  candidates: Candidate[];
  /** spans with the `dueAt` that they get */
  advanced: { id: string; dueAt: Date | null }[];
  /** not all that is due fitted in */
  truncated: boolean;
}

type Key = Pick<ChargedSpan, "resourceId" | "component"> & { dueAt: Date };

/**
 * The hours due by `until`, in the order in which they fell due, at most `limit`. Of two spans with one hour the earlier one has it. What costs nothing has
 * no rows.
 * @param spans those with the earliest `dueAt`, ordered by it, resource and component; with one beyond `limit`, only hours before that one's are taken:
 *   another span may have a share in those behind
 */
export function selectDue(spans: readonly ChargedSpan[], until: Date, limit: number): Selection {
  const beyond = spans.length > limit ? spans[limit] : undefined;
  const cut = beyond?.dueAt ? { ...beyond, dueAt: beyond.dueAt } : undefined;
  const started = new Set(spans.map((span) => `${componentKey(span)} ${span.startedAt.getTime()}`));
  const due = spans.slice(0, limit).flatMap((span) => (span.pricePerHour > 0n ? dueHours(span, until, limit + 1).map((hour) => ({ span, ...hour })) : []));
  due.sort((a, b) => compareKeys(keyOf(a), keyOf(b)) || a.span.startedAt.getTime() - b.span.startedAt.getTime());
  const reachable = cut ? due.filter((each) => compareKeys(keyOf(each), cut) < 0) : due;
  const taken = reachable.slice(0, limit);
  const last = new Map(taken.map((each) => [each.span, each.hourStart]));
  const seen = new Set<string>();
  const candidates = taken.filter(({ span, hourStart }) => {
    const key = `${componentKey(span)} ${hourStart.getTime()}`;
    // A span that was followed by another at the first instant of an hour has left it that hour.
    const followed = span.endedAt?.getTime() === hourStart.getTime() && span.startedAt < span.endedAt && started.has(key);
    return !followed && !seen.has(key) && seen.add(key);
  });
  const advanced = spans.slice(0, limit).flatMap((span) => {
    const hour = span.pricePerHour > 0n ? last.get(span) : dueHours(span, until, Number.POSITIVE_INFINITY).at(-1)?.hourStart;
    return hour ? [{ id: span.id, dueAt: dueAfter(span, hour) }] : [];
  });
  return { candidates, advanced, truncated: beyond !== undefined || due.length > taken.length };
}

/**
 * What the hours cost: the time that the component was on in each, by the policy of the span that has the hour, as far as the month's cap leaves room.
 * @param presence all spans of the components that are charged in arrears
 * @param charged what is recorded already of the components with a cap, in the months of the candidates
 */
export function priceHours(candidates: readonly Candidate[], presence: readonly Presence[], charged: readonly ChargedHour[]): UsageRow[] {
  const spansOf = Map.groupBy(presence, componentKey);
  const recorded = new Set(charged.map((row) => `${componentKey(row)} ${row.hourStart.getTime()}`));
  const used = new Map<string, number>();
  for (const row of charged) add(used, monthKey(row, row.hourStart), row.seconds);
  return candidates.flatMap((candidate) => {
    const { span, hourStart, dueAt } = candidate;
    const { policy } = span;
    if (recorded.has(`${componentKey(span)} ${hourStart.getTime()}`)) return [];
    const month = monthKey(span, hourStart);
    const room = policy.monthlyCapHours === null ? HOUR_MS / 1_000 : policy.monthlyCapHours * 3_600 - (used.get(month) ?? 0);
    const seconds = Math.min(room, inAdvance(policy) ? HOUR_MS / 1_000 : chargedSeconds(policy, onTime(spansOf.get(componentKey(span)) ?? [], hourStart, dueAt)));
    const amount = seconds > 0 ? amountFor(span.pricePerHour, seconds) : 0n;
    if (amount === 0n) return [];
    // Only what has a row takes of the month's room: the next run knows of nothing else, and would charge more than this one.
    add(used, month, seconds);
    return [{ ...candidate, seconds, amount }];
  });
}

/** The first instant (UTC) of the calendar month that the time is in. */
export function monthStart(time: Date): Date {
  return new Date(Date.UTC(time.getUTCFullYear(), time.getUTCMonth()));
}

function onTime(spans: readonly Presence[], hour: Date, until: Date): number {
  const end = Math.min(hour.getTime() + HOUR_MS, until.getTime());
  return spans.reduce((sum, { startedAt, endedAt }) => sum + Math.max(0, Math.min(end, endedAt?.getTime() ?? end) - Math.max(hour.getTime(), startedAt.getTime())), 0);
}

function componentKey({ resourceId, component }: { resourceId: string; component: string }): string {
  return `${resourceId} ${component}`;
}

function monthKey(of: { resourceId: string; component: string }, time: Date): string {
  return `${componentKey(of)} ${monthStart(time).getTime()}`;
}

function add(sums: Map<string, number>, key: string, value: number): void {
  sums.set(key, (sums.get(key) ?? 0) + value);
}

function keyOf({ span, dueAt }: Candidate): Key {
  return { resourceId: span.resourceId, component: span.component, dueAt };
}

/** The order of payment, here and in the database (its text is compared by bytes: ids are ASCII). */
function compareKeys(a: Key, b: Key): number {
  return a.dueAt.getTime() - b.dueAt.getTime() || compare(a.resourceId, b.resourceId) || compare(a.component, b.component);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
