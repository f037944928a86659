/**
 * How failed sign-ins slow down and then lock (REQUIREMENTS ID10). Three counts over the last half hour: of the account from this
 * address, where a person mistypes and is slowed down; of the account from anywhere, against many addresses guessing at one; of the address on
 * any account, against one address guessing at many. The first is small, and a stranger cannot lock others out by it; the other two are wide.
 * A lock ends a quarter of an hour after the last failure. The window is longer, so that the failures behind a lock do not fade before it ends;
 * one more failure until they have faded locks again.
 */
export const WINDOW_SECONDS = 30 * 60;
const LOCK_SECONDS = 15 * 60;
const PAIR_FREE = 2;
const PAIR_MAX = 10;
const ACCOUNT_MAX = 50;
const ADDRESS_MAX = 100;

export interface PastAttempt {
  email: string;
  ip: string;
  /** pending: the password is being checked at this moment */
  outcome: "succeeded" | "failed" | "pending";
  at: Date;
}

/**
 * Seconds until a password may be tried, 0 for now.
 * @param attempts those of the window on the account or from the address, the newest first
 */
export function secondsToWait(attempts: readonly PastAttempt[], email: string, ip: string, now: Date): number {
  const ofAccount = attempts.filter((attempt) => attempt.email === email);
  const ofPair = ofAccount.filter((attempt) => attempt.ip === ip);
  const lastSuccess = ofPair.findIndex((attempt) => attempt.outcome === "succeeded");
  const ofAddress = attempts.filter((attempt) => attempt.ip === ip);
  return Math.max(
    locked(lastSuccess === -1 ? ofPair : ofPair.slice(0, lastSuccess), PAIR_MAX, now, slowDown),
    locked(ofAccount, ACCOUNT_MAX, now),
    locked(ofAddress, ADDRESS_MAX, now),
  );
}

/** 1 s after the third failure, twice as long after each further one. */
function slowDown(failures: number): number {
  return failures <= PAIR_FREE ? 0 : 2 ** (failures - PAIR_FREE - 1);
}

function locked(attempts: readonly PastAttempt[], max: number, now: Date, below: (failures: number) => number = () => 0): number {
  const failures = attempts.filter((attempt) => attempt.outcome === "failed");
  const pending = attempts.filter((attempt) => attempt.outcome === "pending").length;
  const last = failures[0];
  const wait = failures.length >= max ? LOCK_SECONDS : below(failures.length);
  const left = last && wait > 0 ? Math.ceil((last.at.getTime() + wait * 1_000 - now.getTime()) / 1_000) : 0;
  // Guesses sent all at once count before they are judged, else the limit would hold only for the patient.
  return left <= 0 && pending > 0 && failures.length + pending >= max ? 1 : Math.max(0, left);
}
