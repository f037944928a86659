import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import { AppError } from "#shared/errors.ts";
import type { Runtime } from "#server/infra/runtime.ts";

/**
 * How often one address may try claim tokens. They have 130 bits, so nobody guesses one: the limits keep the noise down, and so each process
 * counts for itself.
 */
const FAILED_CLAIMS_PER_MINUTE = 20;
const STATUS_PER_MINUTE = 120;
const MINUTE_SECONDS = 60;

interface ClaimLimits {
  /** Before a claim is tried. @throws AppError RATE_LIMITED */
  claim(ip: string): Promise<void>;
  /** A claim that worked does not count: an installer starts many devices behind one address. */
  claimWorked(ip: string): Promise<void>;
  /** @throws AppError RATE_LIMITED */
  status(ip: string): Promise<void>;
}

const limits = new WeakMap<Runtime, ClaimLimits>();

export function claimLimits(rt: Runtime): ClaimLimits {
  const known = limits.get(rt);
  if (known) return known;
  const claims = new RateLimiterMemory({ points: FAILED_CLAIMS_PER_MINUTE, duration: MINUTE_SECONDS });
  const statuses = new RateLimiterMemory({ points: STATUS_PER_MINUTE, duration: MINUTE_SECONDS });
  const made: ClaimLimits = {
    claim: (ip) => take(claims, ip, FAILED_CLAIMS_PER_MINUTE),
    claimWorked: async (ip) => void (await claims.reward(ip)),
    status: (ip) => take(statuses, ip, STATUS_PER_MINUTE),
  };
  limits.set(rt, made);
  return made;
}

async function take(limiter: RateLimiterMemory, ip: string, limit: number): Promise<void> {
  try {
    await limiter.consume(ip);
  } catch (error) {
    if (!(error instanceof RateLimiterRes)) throw error;
    throw new AppError("RATE_LIMITED", undefined, { retryAfter: Math.max(1, Math.ceil(error.msBeforeNext / 1_000)), limit });
  }
}
