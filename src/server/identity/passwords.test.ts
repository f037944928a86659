import { expect, test } from "vitest";
import type { AppError } from "#shared/errors.ts";
import { hashPassword, UNKNOWN_USER_HASH, verifyPassword } from "./passwords.ts";

const COSTS = /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/;

test("passwords are hashed with argon2id at the OWASP minimum, each with a salt of its own", async () => {
  const [first, second] = await Promise.all([hashPassword("correct horse battery"), hashPassword("correct horse battery")]);
  expect(first).toMatch(COSTS);
  expect(first).not.toBe(second);
  expect(await verifyPassword(first, "correct horse battery")).toBe(true);
  expect(await verifyPassword(first, "correct horse batterz")).toBe(false);
});

test("an unknown user costs the same work: the stand-in has the same parameters, and nothing matches it", async () => {
  expect(UNKNOWN_USER_HASH).toMatch(COSTS);
  expect(await verifyPassword(null, "anything at all")).toBe(false);
});

test("a password typed as other code points is the same password", async () => {
  expect(await verifyPassword(await hashPassword("caf\u00e9 au lait"), "cafe\u0301 au lait")).toBe(true);
});

test("beyond the bounded queue hashing is refused, and the queue drains", async () => {
  const results = await Promise.allSettled(Array.from({ length: 80 }, () => verifyPassword(null, "x")));
  const refused = results.filter((result) => result.status === "rejected").map((result) => result.reason as AppError);
  expect(refused).toHaveLength(80 - 2 - 64);
  expect(refused.every((error) => error.code === "SERVICE_UNAVAILABLE" && error.extras.retryAfter === 2)).toBe(true);
  expect(await verifyPassword(null, "x")).toBe(false);
});
