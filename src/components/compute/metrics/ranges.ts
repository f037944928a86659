const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How far back one looks, in ms. */
const RANGE_MS = { "1h": HOUR, "6h": 6 * HOUR, "24h": DAY, "7d": 7 * DAY, "30d": 30 * DAY, "90d": 90 * DAY, "1y": 365 * DAY };
export type RangeName = keyof typeof RANGE_MS;
export const RANGE_NAMES = ["1h", "6h", "24h", "7d", "30d", "90d", "1y"] as const satisfies readonly RangeName[];

/** A stretch of time, in ms since 1970; `live`: it ends now and moves on. */
export interface Span {
  from: number;
  to: number;
  live: boolean;
}

/** Shorter stretches have too few samples to look at. */
export const SHORTEST_MS = 5 * MINUTE;

export function rangeMs(name: RangeName): number {
  return RANGE_MS[name];
}

/** Half as long around the same middle. */
export function zoomIn(span: Span): Span {
  const length = Math.max(SHORTEST_MS, (span.to - span.from) / 2);
  const middle = (span.from + span.to) / 2;
  return { from: middle - length / 2, to: middle + length / 2, live: false };
}

/** Twice as long around the same middle, up to `now`. */
export function zoomOut(span: Span, now: number): Span {
  const length = Math.min((span.to - span.from) * 2, 2 * RANGE_MS["1y"]);
  const to = Math.min(now, (span.from + span.to) / 2 + length / 2);
  return { from: to - length, to, live: false };
}

/** Half a length earlier (-1) or later (1), up to `now`. */
export function shift(span: Span, direction: -1 | 1, now: number): Span {
  const to = Math.min(now, span.to + (direction * (span.to - span.from)) / 2);
  return { from: to - (span.to - span.from), to, live: false };
}

/** What somebody dragged over, in whichever direction; null when it is too short to mean anything. */
export function dragged(one: number, other: number): Span | null {
  const [from, to] = one < other ? [one, other] : [other, one];
  return to - from < SHORTEST_MS ? null : { from, to, live: false };
}
