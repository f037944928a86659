import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import { AppError } from "#shared/errors.ts";

const MINUTE_SECONDS = 60;

/** How often one address may do something; each process counts for itself. */
export interface AddressLimit {
  /** @throws AppError RATE_LIMITED */
  take(ip: string): Promise<void>;
  /** What was taken last does not count. */
  giveBack(ip: string): Promise<void>;
}

export function addressLimit(perMinute: number): AddressLimit {
  const limiter = new RateLimiterMemory({ points: perMinute, duration: MINUTE_SECONDS });
  return {
    async take(ip) {
      try {
        await limiter.consume(ip);
      } catch (error) {
        if (!(error instanceof RateLimiterRes)) throw error;
        throw new AppError("RATE_LIMITED", undefined, { retryAfter: Math.max(1, Math.ceil(error.msBeforeNext / 1_000)), limit: perMinute });
      }
    },
    giveBack: async (ip) => void (await limiter.reward(ip)),
  };
}
