import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import { AppError } from "#shared/errors.ts";
import type { Runtime } from "#server/infra/runtime.ts";

/**
 * How often one address may order and look. An order that nobody pays keeps pieces from others for minutes, so ordering is the narrower; each process counts for
 * itself.
 */
const ORDERS_PER_MINUTE = 20;
const LOOKS_PER_MINUTE = 600;
const MINUTE_SECONDS = 60;

interface StorefrontLimits {
  /** @throws AppError RATE_LIMITED */
  order(ip: string): Promise<void>;
  /** @throws AppError RATE_LIMITED */
  look(ip: string): Promise<void>;
}

const limits = new WeakMap<Runtime, StorefrontLimits>();

export function storefrontLimits(rt: Runtime): StorefrontLimits {
  const known = limits.get(rt);
  if (known) return known;
  const orders = new RateLimiterMemory({ points: ORDERS_PER_MINUTE, duration: MINUTE_SECONDS });
  const looks = new RateLimiterMemory({ points: LOOKS_PER_MINUTE, duration: MINUTE_SECONDS });
  const made: StorefrontLimits = { order: (ip) => take(orders, ip, ORDERS_PER_MINUTE), look: (ip) => take(looks, ip, LOOKS_PER_MINUTE) };
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
