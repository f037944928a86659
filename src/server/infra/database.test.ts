import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestRuntime, type TestRuntime } from "#server/testing/runtime.ts";

let rt: TestRuntime;
beforeAll(async () => {
  rt = await createTestRuntime();
});
afterAll(() => rt.close());

test("a time is the same through Prisma and through SQL, whatever zone the server is in", async () => {
  const at = new Date("2028-02-28T10:00:00.123Z");
  await rt.db.prisma.authAttempt.create({ data: { id: "prisma", email: "a", ip: "b", succeeded: true, at } });
  await rt.db.query({ text: "insert into auth_attempt (id, email, ip, succeeded, at) values ('sql', 'a', 'b', true, $1)", values: [at] });
  expect(await rt.db.query({ text: "select at from auth_attempt" })).toEqual([{ at }, { at }]);
  expect(await rt.db.prisma.authAttempt.findMany({ select: { at: true } })).toEqual([{ at }, { at }]);
});
