import { hash, verify } from "@node-rs/argon2";
import { AppError } from "#shared/errors.ts";

/**
 * argon2id at the OWASP minimum: 19 MiB, two passes, one lane; about 26 ms of one core. (The library's default variant is argon2id; a test holds it to that.)
 * At most two run at once in a process, so that a flood of sign-ins cannot starve everything else; the queue behind them is bounded too.
 */
const OPTIONS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
const RUNNING_MAX = 2;
const WAITING_MAX = 64;

/** Hash of a password that nobody knows, made with OPTIONS: verifying against it costs what a real one costs. */
export const UNKNOWN_USER_HASH = "$argon2id$v=19$m=19456,t=2,p=1$khNZHCgxFFtnWuLBpJ7+eQ$0Cb5pmyOHbOSFKayRONH5Snehz5yXzCZrZgl2c7YMUg";

let running = 0;
const waiting: (() => void)[] = [];

/** A PHC string for the database. @throws AppError SERVICE_UNAVAILABLE when too many wait already */
export async function hashPassword(password: string): Promise<string> {
  return limited(() => hash(normalized(password), OPTIONS));
}

/**
 * Whether the password is the hash's. Without a hash (no such user) it takes as long and says no.
 * @throws AppError SERVICE_UNAVAILABLE when too many wait already
 */
export async function verifyPassword(passwordHash: string | null, password: string): Promise<boolean> {
  const matches = await limited(() => verify(passwordHash ?? UNKNOWN_USER_HASH, normalized(password)));
  return matches && passwordHash !== null;
}

/** The same characters may be typed as different code points on different keyboards (NIST SP 800-63B, 3.1.1.2). */
function normalized(password: string): string {
  return password.normalize("NFKC");
}

async function limited<T>(work: () => Promise<T>): Promise<T> {
  if (running >= RUNNING_MAX) {
    if (waiting.length >= WAITING_MAX) throw new AppError("SERVICE_UNAVAILABLE", "Too many people are signing in right now; try again in a moment.", { retryAfter: 2 });
    await new Promise<void>((resolve) => waiting.push(resolve));
  } else {
    running += 1;
  }
  try {
    return await work();
  } finally {
    // The place goes to the next in line; only without one is it free.
    const next = waiting.shift();
    if (next) next();
    else running -= 1;
  }
}
