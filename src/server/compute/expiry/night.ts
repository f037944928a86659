/** Hour at which expired VMs are stopped, on the clock of the zone. */
const NIGHT_HOUR = 2;

const HOUR_MS = 3_600_000;
const HALF_DAY_MS = 12 * HOUR_MS;
/** Offsets of zones have changed by whole quarters of an hour since 1972. */
const STEP_MS = 15 * 60_000;

/**
 * The first night that is not before `at`: when the zone's clock shows two, the first time where it does so twice. Where it leaps over two o'clock that
 * day, the moment of the leap.
 */
export function nightFrom(at: Date, timeZone: string): Date {
  const wall = wallClock(timeZone);
  // By half days, because a day can have 23 hours.
  for (let halfDays = 0; ; halfDays += 1) {
    const night = nightOf(wall, wall(new Date(at.getTime() + halfDays * HALF_DAY_MS)));
    if (night >= at) return night;
  }
}

/** The time as the zone's clock shows it, in a form that reads the same everywhere: 2026-03-10 02:00 (Asia/Seoul). */
export function wallTime(at: Date, timeZone: string): string {
  const { year, month, day, hour, minute } = wallClock(timeZone)(at);
  const two = (part: number) => String(part).padStart(2, "0");
  return `${year}-${two(month)}-${two(day)} ${two(hour)}:${two(minute)} (${timeZone})`;
}

interface Wall {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
}

/** The night of a day of the zone's calendar. */
function nightOf(wall: (at: Date) => Wall, { year, month, day }: Wall): Date {
  const wanted = minutes({ year, month, day, hour: NIGHT_HOUR, minute: 0 });
  // No zone is more than 14 hours from UTC.
  const from = Date.UTC(year, month - 1, day, NIGHT_HOUR) - 15 * HOUR_MS;
  for (let ms = from; ms <= from + 30 * HOUR_MS; ms += STEP_MS) {
    const at = new Date(ms);
    if (minutes(wall(at)) >= wanted) return at;
  }
  throw new Error(`no night on ${year}-${month}-${day}`);
}

/** Minutes of a wall clock that never changes. */
function minutes({ year, month, day, hour, minute }: Wall): number {
  return Date.UTC(year, month - 1, day, hour, minute) / 60_000;
}

function wallClock(timeZone: string): (at: Date) => Wall {
  const format = new Intl.DateTimeFormat("en-US", { timeZone, calendar: "gregory", hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric" });
  return (at) => {
    const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
    const { year = 0, month = 0, day = 0, hour = 0, minute = 0 } = parts;
    return { year, month, day, hour, minute };
  };
}
