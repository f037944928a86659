import { AppError } from "#shared/errors.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { insertAttempt, lockAttempts, recentAttempts, settleAttempt } from "./attempt-repository.ts";
import { secondsToWait, WINDOW_SECONDS } from "./throttle.ts";

/**
 * Writes down that somebody is about to try a password; the limits hold over all processes, as the database counts.
 * @returns the attempt's id, to be settled
 * @throws AppError RATE_LIMITED with `retryAfter`; that is written down too
 */
export async function beginAttempt(rt: Runtime, email: string, ip: string): Promise<string> {
  const at = rt.clock.now();
  const begun = await transact(rt, async (tx) => {
    await lockAttempts(tx, email);
    const attempts = await recentAttempts(tx, email, ip, new Date(at.getTime() - WINDOW_SECONDS * 1_000));
    const wait = secondsToWait(attempts, email, ip, at);
    const id = await insertAttempt(tx, { email, ip, succeeded: false, reason: wait > 0 ? "locked" : "pending", at });
    return { id, wait };
  });
  if (begun.wait > 0) {
    rt.log.warn({ ip, retryAfter: begun.wait }, "sign-in: too many failures");
    throw new AppError("RATE_LIMITED", "Too many failed attempts; try again later.", { retryAfter: begun.wait });
  }
  return begun.id;
}

/** The password was wrong, the account is disabled, or nobody had time to look (busy: it does not count). */
export async function failAttempt(rt: Runtime, id: string, reason: "wrong_credentials" | "disabled" | "busy"): Promise<void> {
  await settleAttempt(rt.db.prisma, id, { succeeded: false, reason });
}
