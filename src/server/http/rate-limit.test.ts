import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newId } from "#shared/ids.ts";
import { createLogger } from "#server/infra/logger.ts";
import { startTestWeb, type TestWeb } from "#server/testing/web.ts";
import { createRateLimit } from "./rate-limit.ts";

describe("the rate limit", () => {
  let web: TestWeb;
  beforeAll(async () => {
    web = await startTestWeb({ config: { rateLimitPerMinute: 5 } });
  });
  afterAll(() => web.close());

  it("counts by address until somebody is signed in, then by user; says so in every answer; ends in 429", async () => {
    const { token } = await web.signUp("fast@example.com");
    const before = Math.floor(Date.now() / 1000);
    const answers = [];
    for (let call = 0; call < 6; call += 1) answers.push(await web.rest("GET", call === 0 ? "/nothing" : "/me", { token }));
    expect(answers.map((answer) => answer.status)).toEqual([404, 200, 200, 200, 200, 429]);
    expect(answers.map((answer) => answer.headers.get("x-ratelimit-remaining"))).toEqual(["4", "3", "2", "1", "0", "0"]);
    for (const { headers } of answers) {
      expect(headers.get("x-ratelimit-limit")).toBe("5");
      const reset = Number(headers.get("x-ratelimit-reset"));
      expect(reset).toBeGreaterThanOrEqual(before);
      expect(reset).toBeLessThanOrEqual(before + 65);
    }
    const refused = answers.at(-1);
    expect(refused?.body).toMatchObject({ error: { code: "RATE_LIMITED", category: "rate_limit", limit: 5, retry_after: expect.any(Number) } });
    expect(Number(refused?.headers.get("retry-after"))).toBeGreaterThan(0);
    // The address has its own count: one of five was the signup.
    const anonymous = await web.rest("GET", "/openapi.json");
    expect(anonymous.headers.get("x-ratelimit-remaining")).toBe("3");
  });
});

describe.skipIf(!process.env.TEST_REDIS_URL)("the rate limit in Redis", () => {
  it("is one for all processes, and goes on in memory when Redis is away", async () => {
    const config = { redisUrl: process.env.TEST_REDIS_URL ?? null, rateLimitPerMinute: 3 };
    const log = createLogger("silent");
    const [one, two] = [createRateLimit({ config, log }), createRateLimit({ config, log })];
    const caller = newId("user");
    // Until it is connected each counts for itself; a look from outside says when it counts in Redis.
    const redis = new Redis(config.redisUrl ?? "");
    for (const limit of [one, two]) {
      const warm = newId("user");
      await expect.poll(async () => (await limit.take(warm)) && redis.exists(`switchyard:rest:${warm}`)).toBe(1);
    }
    redis.disconnect();
    const taken = [];
    for (const limit of [one, two, one, two]) taken.push(await limit.take(caller));
    expect(taken.map(({ error }) => error?.code ?? null)).toEqual([null, null, null, "RATE_LIMITED"]);
    one.close();
    expect((await one.take(caller)).error).toBeNull();
    two.close();
  });
});
