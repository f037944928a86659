/** A calendar month, in UTC: no daylight saving, and every month begins where the last one ended. */
export interface Period {
  /** 2026-11 */
  name: string;
  start: Date;
  /** the first moment after it */
  end: Date;
}

/** The month that `time` is in. */
export function periodOf(time: Date): Period {
  const [year, month] = [time.getUTCFullYear(), time.getUTCMonth()];
  const start = new Date(Date.UTC(year, month, 1));
  return { name: start.toISOString().slice(0, 7), start, end: new Date(Date.UTC(year, month + 1, 1)) };
}

/** The last month that is over at `now`. */
export function lastPeriod(now: Date): Period {
  return periodOf(new Date(periodOf(now).start.getTime() - 1));
}
