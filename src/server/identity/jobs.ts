import type { Runtime } from "#server/infra/runtime.ts";
import { deleteOldAttempts } from "./attempt-repository.ts";
import { deleteEndedSessions } from "./session-repository.ts";

const DAY_MS = 86_400_000;
/** Ended sessions are kept for a while, for whoever asks what happened. */
const SESSIONS_KEPT_DAYS = 7;
const ATTEMPTS_KEPT_DAYS = 90;
const PORTION = 2_000;

/** Removes ended sessions and their refresh tokens after 7 days, and sign-in attempts after 90. May run in many processes at once. */
export async function purgeIdentity(rt: Runtime): Promise<void> {
  const now = rt.clock.now().getTime();
  while ((await deleteEndedSessions(rt, new Date(now - SESSIONS_KEPT_DAYS * DAY_MS), PORTION)) === PORTION);
  while ((await deleteOldAttempts(rt, new Date(now - ATTEMPTS_KEPT_DAYS * DAY_MS), PORTION)) === PORTION);
}
