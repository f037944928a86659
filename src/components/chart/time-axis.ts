const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const STEPS = [MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 2 * DAY, 3 * DAY, 4 * DAY, 7 * DAY];

/** How a tick is written: the hour within a day, the day beyond. */
export interface TimeTicks {
  ticks: number[];
  unit: "time" | "day";
}

/** Round moments (in a zone `offsetMs` east of UTC) between `from` and `to`, at most `most` of them. All in ms since the epoch. */
export function timeTicks(from: number, to: number, most: number, offsetMs = 0): TimeTicks {
  const step = STEPS.find((candidate) => (to - from) / candidate <= most) ?? Math.ceil((to - from) / most / DAY) * DAY;
  const ticks: number[] = [];
  for (let at = Math.ceil((from + offsetMs) / step) * step - offsetMs; at <= to; at += step) ticks.push(at);
  return { ticks, unit: step >= DAY ? "day" : "time" };
}

/** How far a zone is ahead of UTC at a moment, in ms. */
export function zoneOffset(timeZone: string, at: number): number {
  const parts = new Intl.DateTimeFormat("en-US", { timeZone, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric" }).formatToParts(at);
  const part = (type: string) => Number(parts.find((each) => each.type === type)?.value);
  return Date.UTC(part("year"), part("month") - 1, part("day"), part("hour"), part("minute"), part("second")) - Math.floor(at / 1000) * 1000;
}
