import type { UpdateWindow } from "#shared/machines/rollouts.ts";

/**
 * Whether the window is open at `at` by the clock on the machine's wall. Where summer time skips an hour, a window inside it does not open on that day; where
 * it repeats one, the window opens twice.
 */
export function isWindowOpen(window: UpdateWindow | null, timeZone: string, at: Date): boolean {
  if (!window) return true;
  const minute = minuteOfDay(timeZone, at);
  const { from, to } = window;
  return from < to ? minute >= from && minute < to : minute >= from || minute < to;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function minuteOfDay(timeZone: string, at: Date): number {
  let format = formats.get(timeZone);
  if (!format) {
    format = new Intl.DateTimeFormat("en-GB", { timeZone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
    formats.set(timeZone, format);
  }
  const parts = Object.fromEntries(format.formatToParts(at).map((part) => [part.type, part.value]));
  return Number(parts["hour"]) * 60 + Number(parts["minute"]);
}
