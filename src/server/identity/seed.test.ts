import { afterAll, beforeAll, expect, test } from "vitest";
import { availableCredits } from "#server/billing/credits.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { createTestRuntime, type TestRuntime } from "#server/testing/runtime.ts";
import { demoAccounts } from "./demo-accounts.ts";
import { ensureAdmin, seedDemoAccounts } from "./seed.ts";
import { login } from "./sign-in.ts";

let rt: TestRuntime;
beforeAll(async () => {
  rt = await createTestRuntime();
});
afterAll(() => rt.close());

const meta = { ip: "192.0.2.1", userAgent: "" };
const production = (admin: { email: string; password: string } | null): Runtime => ({ ...rt, config: { ...rt.config, mode: "production", admin } });

test("the demo's accounts are made once, by however many processes that start together", async () => {
  const [first, second] = await Promise.all([seedDemoAccounts(rt), seedDemoAccounts({ ...rt })]);
  expect(second).toEqual(first);
  expect(await seedDemoAccounts(rt)).toEqual(first);
  expect(first.accounts.map(({ email, role }) => ({ email, role }))).toEqual([
    { email: "admin@demo.switchyard.example", role: "admin" },
    { email: "ada@demo.switchyard.example", role: "customer" },
  ]);
  expect(await availableCredits(rt, first.customer.organizationId)).toBe(500_000_000n);
  expect(await rt.db.prisma.user.count()).toBe(2);
});

test("production makes no demo accounts and offers none", async () => {
  await expect(seedDemoAccounts(production(null))).rejects.toThrow();
  expect(await demoAccounts(production(null))).toEqual([]);
});

test("the first administrator is made from the settings, and never overwritten", async () => {
  const first = { email: "Boss@Example.com", password: "the first password" };
  await ensureAdmin(production(first));
  expect((await login(rt, meta, { email: "boss@example.com", password: first.password })).user).toMatchObject({ role: "admin", credits: "0" });
  const { passwordHash } = await rt.db.prisma.user.findUniqueOrThrow({ where: { email: "boss@example.com" } });
  await ensureAdmin(production({ ...first, password: "another password" }));
  expect((await rt.db.prisma.user.findUniqueOrThrow({ where: { email: "boss@example.com" } })).passwordHash).toBe(passwordHash);
});

test("a customer does not become an administrator by their address", async () => {
  await ensureAdmin(production({ email: "ada@demo.switchyard.example", password: "a long password" }));
  expect(await rt.db.prisma.user.findUniqueOrThrow({ where: { email: "ada@demo.switchyard.example" } })).toMatchObject({ platformRole: null });
});

test("in a database that was a demo's, production shuts the accounts whose password everybody knows; the demo opens them again", async () => {
  const { accounts } = await seedDemoAccounts(rt);
  await ensureAdmin(production(null));
  for (const { email, password } of accounts) await expect(login(rt, meta, { email, password })).rejects.toMatchObject({ code: "UNAUTHORIZED" });
  await seedDemoAccounts(rt);
  for (const { email, password } of accounts) await login(rt, meta, { email, password });
});
