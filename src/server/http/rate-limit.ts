import { Redis } from "ioredis";
import { type RateLimiterAbstract, RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from "rate-limiter-flexible";
import { AppError } from "#shared/errors.ts";
import type { Config } from "#server/infra/config.ts";
import type { Logger } from "#server/infra/logger.ts";

export interface RateLimit {
  /** Counts one request of the caller. @returns the headers for its answer, and the error when it was one too many */
  take(caller: string): Promise<{ headers: Record<string, string>; error: AppError | null }>;
  close(): void;
}

const WINDOW_SECONDS = 60;

/** Requests a minute and caller. In memory, or in Redis for all processes; while Redis is away each process counts for itself. */
export function createRateLimit(rt: { config: Pick<Config, "rateLimitPerMinute" | "redisUrl">; log: Logger }): RateLimit {
  const points = rt.config.rateLimitPerMinute;
  const memory = new RateLimiterMemory({ points, duration: WINDOW_SECONDS, keyPrefix: "rest" });
  const redis = rt.config.redisUrl ? connect(rt.config.redisUrl, rt.log) : null;
  const limiter: RateLimiterAbstract = redis
    ? new RateLimiterRedis({ storeClient: redis, points, duration: WINDOW_SECONDS, keyPrefix: "switchyard:rest", insuranceLimiter: memory })
    : memory;
  return {
    async take(caller) {
      const { result, refused } = await limiter.consume(caller).then(
        (value) => ({ result: value, refused: false }),
        (reason: unknown) => {
          if (reason instanceof RateLimiterRes) return { result: reason, refused: true };
          throw reason;
        },
      );
      const headers = {
        "x-ratelimit-limit": String(points),
        "x-ratelimit-remaining": String(Math.max(0, result.remainingPoints)),
        "x-ratelimit-reset": String(Math.ceil((Date.now() + result.msBeforeNext) / 1000)),
      };
      const retryAfter = Math.max(1, Math.ceil(result.msBeforeNext / 1000));
      return { headers, error: refused ? new AppError("RATE_LIMITED", undefined, { retryAfter, limit: points }) : null };
    },
    close: () => redis?.disconnect(),
  };
}

function connect(url: string, log: Logger): Redis {
  const client = new Redis(url, { enableOfflineQueue: false, maxRetriesPerRequest: 1, commandTimeout: 500 });
  client.on("error", (error: Error) => log.warn({ err: error }, "redis: connection trouble"));
  return client;
}
