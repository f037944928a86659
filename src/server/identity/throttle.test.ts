import { fc } from "#server/testing/properties.ts";
import { describe, expect, test } from "vitest";
import { type PastAttempt, secondsToWait, WINDOW_SECONDS } from "./throttle.ts";

const NOW = new Date("2028-02-28T10:00:00Z");
const past = (secondsAgo: number, rest: Partial<PastAttempt> = {}): PastAttempt => ({ email: "a@x.example", ip: "1.1.1.1", outcome: "failed", at: new Date(NOW.getTime() - secondsAgo * 1_000), ...rest });
const wait = (attempts: PastAttempt[]) => secondsToWait(attempts, "a@x.example", "1.1.1.1", NOW);
const many = (n: number, rest: (i: number) => Partial<PastAttempt> = () => ({})) => Array.from({ length: n }, (_, i) => past(0, rest(i)));

describe("account from one address", () => {
  test.each([
    [0, 0],
    [2, 0],
    [3, 1],
    [4, 2],
    [9, 64],
    [10, 900],
    [12, 900],
  ])("%i failures: wait %i s", (failures, seconds) => expect(wait(many(failures))).toBe(seconds));

  test("the wait is counted from the last failure", () => {
    expect(wait([past(0.5), past(1), past(2)])).toBe(1);
    expect(wait([past(1), past(2), past(3)])).toBe(0);
    expect(wait(many(10).map((attempt) => ({ ...attempt, at: past(899).at })))).toBe(1);
  });

  test("a success wipes out the failures before it", () => {
    expect(wait([past(0), past(1), past(2, { outcome: "succeeded" }), ...many(9)])).toBe(0);
  });

  test("another address's success wipes out nothing", () => {
    expect(wait([past(0, { outcome: "succeeded", ip: "2.2.2.2" }), ...many(10)])).toBe(900);
  });

  test("guesses in flight count towards the lock, so that sending all at once gains nothing", () => {
    expect(wait(many(9, () => ({ outcome: "pending" })))).toBe(0);
    expect(wait(many(10, () => ({ outcome: "pending" })))).toBe(1);
  });

  test("when a lock has ended one guess is let through, not a volley, and its failure locks again", () => {
    const faded = many(10).map((attempt) => ({ ...attempt, at: past(900).at }));
    expect(wait(faded)).toBe(0);
    expect(wait([past(0, { outcome: "pending" }), ...faded])).toBe(1);
    expect(wait([past(0), ...faded])).toBe(900);
  });
});

test("a stranger at another address does not lock the owner out below the account's limit", () => {
  const strangers = many(49, () => ({ ip: "6.6.6.6" }));
  expect(wait(strangers)).toBe(0);
  expect(wait([...strangers, past(0, { ip: "7.7.7.7" })])).toBe(900);
});

test("an address that tries many accounts is locked, its own successes notwithstanding", () => {
  const others = many(100, (i) => ({ email: `user${i}@x.example` }));
  expect(wait(others.slice(1))).toBe(0);
  expect(wait([past(0, { email: "mine@x.example", outcome: "succeeded" }), ...others])).toBe(900);
});

test("never negative, never longer than the lock, and one more failure never shortens it", () => {
  const attempt = fc.record({
    email: fc.constantFrom("a@x.example", "b@x.example"),
    ip: fc.constantFrom("1.1.1.1", "2.2.2.2"),
    outcome: fc.constantFrom("succeeded" as const, "failed" as const, "pending" as const),
    at: fc.integer({ min: 0, max: WINDOW_SECONDS }).map((s) => past(s).at),
  });
  fc.assert(
    fc.property(fc.array(attempt, { maxLength: 130 }), (unsorted) => {
      const attempts = unsorted.sort((a, b) => b.at.getTime() - a.at.getTime());
      const before = wait(attempts);
      expect(before).toBeGreaterThanOrEqual(0);
      expect(before).toBeLessThanOrEqual(900);
      expect(wait([past(0), ...attempts])).toBeGreaterThanOrEqual(before);
    }),
  );
});
