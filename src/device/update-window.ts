/** Minutes of the local day; `to` before `from` goes over midnight. */
export interface Window {
  from: number;
  to: number;
}

const MINUTE_MS = 60_000;
const DAY_MINUTES = 1_440;

/**
 * How long until a window is open, in milliseconds; 0: it is. On a day that daylight saving changes it may be an hour off, and is asked again then.
 * @param at Unix milliseconds
 */
export function untilOpen(window: Window | null, at: number, timezone: string): number {
  if (!window || window.from === window.to) return 0;
  const minute = minuteOfDay(at, timezone);
  const inside = window.from < window.to ? minute >= window.from && minute < window.to : minute >= window.from || minute < window.to;
  if (inside) return 0;
  return ((window.from - minute + DAY_MINUTES) % DAY_MINUTES) * MINUTE_MS - (at % MINUTE_MS);
}

function minuteOfDay(at: number, timezone: string): number {
  const parts = new Intl.DateTimeFormat("en", { timeZone: timezone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).formatToParts(at);
  const value = (type: string): number => Number(parts.find((part) => part.type === type)?.value ?? 0);
  return value("hour") * 60 + value("minute");
}
