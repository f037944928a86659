import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { balanceOutput, creditChartOutput, historyOutput, transferOutput } from "#shared/billing/schema.ts";
import { newId } from "#shared/ids.ts";
import type { UserActor } from "#server/identity/actor.ts";
import { transact } from "#server/infra/runtime.ts";
import { createTestRuntime, TEST_START, type TestRuntime } from "#server/testing/runtime.ts";
import { openCustomerAccount } from "./accounts.ts";
import { getCreditChart } from "./chart.ts";
import { auditLedger, checkLedger } from "./check.ts";
import { availableCredits, getBalance, LOW_THRESHOLD, requireCreditsFor } from "./credits.ts";
import { grantCredits } from "./grants.ts";
import { listHistory } from "./history.ts";
import { hold, transfer } from "./ledger.ts";
import { openSpan } from "./spans.ts";
import { systemAccount } from "./system-accounts.ts";

const HOUR = 3_600_000;
const CREDIT = 1_000_000n;

let rt: TestRuntime;
beforeAll(async () => void (rt = await createTestRuntime()));
beforeEach(() => rt.clock.set(TEST_START));
afterAll(() => rt.close());

async function customer(welcome: bigint): Promise<{ id: string; organizationId: string }> {
  const organizationId = newId("organization");
  const id = await transact(rt, (tx) => openCustomerAccount(tx, rt, { organizationId, welcome, at: rt.clock.now() }));
  return { id, organizationId };
}

const spend = (id: string, amount: bigint) =>
  transact(rt, (tx) => transfer(tx, { key: newId("event"), kind: "usage", from: id, to: systemAccount("revenue", id), amount, subject: { type: "vm", id: "vm_1" }, at: rt.clock.now() }));

const burn = (organizationId: string, name: string, pricePerHour: bigint) =>
  transact(rt, (tx) => openSpan(tx, { resource: { organizationId, projectId: null, type: "vm", id: newId("vm"), name }, component: "compute", pricePerHour, at: rt.clock.now() }));

const admin: UserActor = { kind: "user", userId: newId("user"), name: "Ada", email: "ada@example.com", sessionId: newId("session"), platformRole: "admin", memberships: [], ip: "127.0.0.1", requestId: "req_1" };

describe("balance", () => {
  it("tells what is held, what burns and when it runs out", async () => {
    const owner = await customer(100n * CREDIT);
    await transact(rt, (tx) => hold(tx, { key: newId("event"), accountId: owner.id, amount: 40n * CREDIT, subject: { type: "vm", id: "vm_1" }, at: rt.clock.now() }));
    await burn(owner.organizationId, "web", 5n * CREDIT);
    await burn(owner.organizationId, "db", 1n * CREDIT);
    const balance = await getBalance(rt, owner);
    expect(balanceOutput.parse(balance)).toEqual({
      balance: "100000000",
      held: "40000000",
      available: "60000000",
      burnPerHour: "6000000",
      runsOutAt: new Date(new Date(TEST_START).getTime() + 10 * HOUR).toISOString(),
      lowThreshold: LOW_THRESHOLD.toString(),
      paid: "0",
      promotional: "100000000",
      nextExpiry: null,
      owed: "0",
      stopsAt: null,
    });
    expect(await availableCredits(rt, owner.organizationId)).toBe(60n * CREDIT);
  });

  it("never runs out when nothing burns", async () => {
    const owner = await customer(CREDIT);
    expect(await getBalance(rt, owner)).toMatchObject({ burnPerHour: "0", runsOutAt: null });
  });

  it("is nothing for an organization without an account", async () => {
    expect(await availableCredits(rt, newId("organization"))).toBe(0n);
    await expect(getBalance(rt, { organizationId: newId("organization") })).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  it("refuses what is new below its price and below the threshold", async () => {
    const owner = await customer(2n * CREDIT);
    const ask = (needed: bigint) => transact(rt, (tx) => requireCreditsFor(tx, { organizationId: owner.organizationId, needed }));
    await ask(2n * CREDIT);
    await expect(ask(2n * CREDIT + 1n)).rejects.toMatchObject({ code: "INSUFFICIENT_CREDITS", extras: { needed: "2000001", available: "2000000" } });
    await spend(owner.id, CREDIT + 1n);
    await expect(ask(1n)).rejects.toMatchObject({ code: "INSUFFICIENT_CREDITS", extras: { needed: LOW_THRESHOLD.toString(), available: "999999" } });
  });
});

describe("history", () => {
  it("lists the account's own transfers newest first, over pages without a gap or a repetition", async () => {
    const owner = await customer(1_000n);
    const other = await customer(5n);
    for (let nth = 1; nth <= 7; nth += 1) await spend(owner.id, BigInt(nth));
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = historyOutput.parse(await listHistory(rt, owner, { limit: 3, ...(cursor ? { cursor } : {}) }));
      seen.push(...page.data.map((row) => `${row.kind} ${row.amount} ${row.balanceAfter}`));
      cursor = page.nextCursor ?? undefined;
      // A transfer that comes in between moves no page.
      if (seen.length === 3) await spend(owner.id, 100n);
    } while (cursor);
    expect(seen).toEqual(["usage -7 972", "usage -6 979", "usage -5 985", "usage -4 990", "usage -3 994", "usage -2 997", "usage -1 999", "grant 1000 1000"]);
    expect((await listHistory(rt, owner, { limit: 9 })).nextCursor).toBeNull();
    expect((await listHistory(rt, owner, { limit: 8 })).nextCursor).not.toBeNull();
    expect((await listHistory(rt, other, { limit: 20 })).data).toHaveLength(1);
    expect(await listHistory(rt, { organizationId: newId("organization") }, { limit: 20 })).toEqual({ data: [], nextCursor: null });
  });

  it.each(["x", "-1", "1;drop table transfer", "9".repeat(19), ""])("refuses the cursor %j", async (cursor) => {
    const owner = await customer(1n);
    await expect(listHistory(rt, owner, { limit: 3, cursor })).rejects.toMatchObject({ code: "INVALID_REQUEST" });
  });
});

describe("grant", () => {
  it("gives credits once for a key, with an audit entry and an event", async () => {
    const owner = await customer(0n);
    const input = { organizationId: owner.organizationId, amount: "5000000", reason: "Goodwill", idempotencyKey: crypto.randomUUID() };
    const first = await grantCredits(rt, admin, input);
    expect(transferOutput.parse(first.transfer)).toMatchObject({ kind: "grant", amount: "5000000", balanceAfter: "5000000", description: "Goodwill" });
    expect(await grantCredits(rt, admin, input)).toEqual(first);
    await expect(grantCredits(rt, admin, { ...input, amount: "6000000" })).rejects.toMatchObject({ code: "CONFLICT" });
    await expect(grantCredits(rt, admin, { ...input, organizationId: (await customer(0n)).organizationId })).rejects.toMatchObject({ code: "CONFLICT" });
    expect(await availableCredits(rt, owner.organizationId)).toBe(5n * CREDIT);
    const audit = await rt.db.prisma.auditEntry.findMany({ where: { organizationId: owner.organizationId } });
    expect(audit).toMatchObject([{ action: "credits.grant", actorId: admin.userId, after: { amount: "5000000", reason: "Goodwill" } }]);
    expect(await rt.db.prisma.event.count({ where: { organizationId: owner.organizationId, type: "credits.changed" } })).toBe(1);
  });

  it("is refused for an organization that does not exist", async () => {
    await expect(grantCredits(rt, admin, { organizationId: newId("organization"), amount: "1", reason: "Goodwill", idempotencyKey: crypto.randomUUID() })).rejects.toMatchObject({ code: "NOT_FOUND" });
  });
});

describe("chart", () => {
  it("ends where the account stands, puts what was spent into its bucket and forecasts the end", async () => {
    rt.clock.set("2028-02-27T22:30:00Z");
    const owner = await customer(100n);
    rt.clock.set("2028-02-28T08:10:00Z");
    await spend(owner.id, 10n);
    await spend(owner.id, 5n);
    rt.clock.set("2028-02-28T10:05:00Z");
    await spend(owner.id, 7n);
    // Taken back, not spent.
    await transact(rt, (tx) => transfer(tx, { key: newId("event"), kind: "adjustment", from: owner.id, to: systemAccount("promotion", owner.id), amount: 3n, at: rt.clock.now() }));
    rt.clock.set("2028-02-28T10:20:00Z");
    await burn(owner.organizationId, "web", 20n);
    await burn(owner.organizationId, "db", 30n);
    const chart = creditChartOutput.parse(await getCreditChart(rt, owner, { range: "24h" }));
    expect(chart.bucketSeconds).toBe(3600);
    expect(chart.points).toHaveLength(24);
    expect(chart.points.filter((point) => point.spent !== "0")).toEqual([
      { at: "2028-02-28T08:00:00.000Z", balance: "85", spent: "15" },
      { at: "2028-02-28T10:00:00.000Z", balance: "75", spent: "7" },
    ]);
    expect(chart.points.at(0)).toEqual({ at: "2028-02-27T11:00:00.000Z", balance: "0", spent: "0" });
    expect(chart.points.find((point) => point.at === "2028-02-27T22:00:00.000Z")).toMatchObject({ balance: "100", spent: "0" });
    expect(chart.burn.map((row) => [row.resourceName, row.perHour])).toEqual([
      ["db", "30"],
      ["web", "20"],
    ]);
    expect(chart.forecast.at(0)).toEqual({ at: "2028-02-28T10:20:00.000Z", balance: "75" });
    expect(chart.forecast.at(-1)).toEqual({ at: chart.runsOutAt, balance: "0" });
    expect(chart.runsOutAt).toBe("2028-02-28T11:50:00.000Z");
  });

  it.each([
    ["7d", 28, 6 * 3600],
    ["30d", 30, 24 * 3600],
  ] as const)("covers %s", async (range, count, seconds) => {
    const owner = await customer(1_000n * CREDIT);
    await burn(owner.organizationId, "web", 1n);
    const chart = await getCreditChart(rt, owner, { range });
    expect([chart.points.length, chart.bucketSeconds]).toEqual([count, seconds]);
    expect(chart.points.every((point) => Date.parse(point.at) % (seconds * 1_000) === 0)).toBe(true);
    // Not before 30 days: the forecast stops there.
    expect(Date.parse(chart.forecast.at(-1)?.at ?? "")).toBe(rt.clock.now().getTime() + 30 * 24 * HOUR);
  });

  it("has no forecast when nothing burns, and one point when nothing is left", async () => {
    const owner = await customer(CREDIT);
    expect((await getCreditChart(rt, owner, { range: "7d" })).forecast).toEqual([]);
    const empty = await customer(0n);
    await burn(empty.organizationId, "web", 5n);
    expect((await getCreditChart(rt, empty, { range: "7d" })).forecast).toEqual([{ at: TEST_START, balance: "0" }]);
  });
});

describe("what expires unspent", () => {
  it("brings the end closer, in the balance as in the chart, after what is held and owed", async () => {
    const owner = await customer(100n * CREDIT);
    const at = rt.clock.now();
    const inHours = (hours: number) => new Date(at.getTime() + hours * HOUR);
    const grant = (amount: bigint, expiresAt: Date | null, priority: number) =>
      transact(rt, (tx) => transfer(tx, { key: newId("event"), kind: "grant", from: systemAccount("promotion", owner.id), to: owner.id, amount, terms: { priority, ...(expiresAt && { expiresAt }) }, at }));
    await grant(80n * CREDIT, inHours(4), 10);
    await grant(30n * CREDIT, inHours(6), 90);
    await transact(rt, (tx) => hold(tx, { key: newId("hold"), accountId: owner.id, amount: 20n * CREDIT, subject: { type: "vm", id: "vm_1" }, at }));
    await burn(owner.organizationId, "web", 10n * CREDIT);
    // 60 can be spent in four hours, of which 20 expire; then come the welcome credits, and 30 expire behind them.
    const end = inHours(14).toISOString();
    expect(await getBalance(rt, owner)).toMatchObject({ runsOutAt: end, nextExpiry: { at: inHours(4).toISOString(), amount: (80n * CREDIT).toString() } });
    const chart = creditChartOutput.parse(await getCreditChart(rt, owner, { range: "24h" }));
    expect(chart.runsOutAt).toBe(end);
    expect(chart.expiring).toEqual([
      { at: inHours(4).toISOString(), amount: (20n * CREDIT).toString() },
      { at: inHours(6).toISOString(), amount: (30n * CREDIT).toString() },
    ]);
    expect(chart.forecast.map((point) => [(Date.parse(point.at) - at.getTime()) / HOUR, BigInt(point.balance) / CREDIT])).toEqual([[0, 190n], [4, 150n], [4, 130n], [6, 110n], [6, 80n], [14, 0n]]);
    expect(chart.lots).toEqual([
      { left: (60n * CREDIT).toString(), expiresAt: inHours(4).toISOString() },
      { left: (100n * CREDIT).toString(), expiresAt: null },
      { left: (30n * CREDIT).toString(), expiresAt: inHours(6).toISOString() },
    ]);
  });
});

describe("the check", () => {
  it("finds a balance, a hold and a transfer that were tampered with", async () => {
    const owner = await customer(100n);
    await spend(owner.id, 10n);
    expect(await auditLedger(rt)).toEqual([]);
    const tamper = async (table: string, change: string): Promise<void> => rt.db.exec(`alter table ${table} disable trigger user; ${change}; alter table ${table} enable trigger user`);
    await tamper("ledger_account", `update ledger_account set balance = balance + 1 where id = '${owner.id}'`);
    expect(await checkLedger(rt)).toEqual([
      "the sum over all accounts is not zero: 1",
      `the account is not as its newest transfer left it: ${owner.id}`,
      `the balance is not what is left of the lots: ${owner.id}`,
    ]);
    await tamper("ledger_account", `update ledger_account set balance = balance - 1, held = 5 where id = '${owner.id}'`);
    expect(await checkLedger(rt)).toEqual([`held is not the sum of the pending holds: ${owner.id}`]);
    await tamper("ledger_account", `update ledger_account set held = 0 where id = '${owner.id}'`);
    expect(await auditLedger(rt)).toEqual([]);
    await tamper("transfer", `update transfer set amount = 11 where from_account_id = '${owner.id}'`);
    expect(await checkLedger(rt)).toEqual([]);
    expect(await auditLedger(rt)).toContain(`the balance is not the sum of the transfers: ${owner.id}`);
    await tamper("transfer", `update transfer set amount = 10 where from_account_id = '${owner.id}'`);
    expect(await auditLedger(rt)).toEqual([]);
  });
});
