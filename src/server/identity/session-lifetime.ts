const DAY_MS = 86_400_000;
/** A session ends this long after its last use (a browser's) or its last refresh (a program's), */
const SESSION_IDLE_DAYS = 30;
/** and in any case this long after the sign-in. */
const SESSION_MAX_DAYS = 180;

/** When a session that began at `createdAt` and was used at `now` is to end. */
export function slidingExpiry(createdAt: Date, now: Date): Date {
  return new Date(Math.min(now.getTime() + SESSION_IDLE_DAYS * DAY_MS, createdAt.getTime() + SESSION_MAX_DAYS * DAY_MS));
}
