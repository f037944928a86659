import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ACCOUNT_OF_LINE, REVENUE_LINES, revenueInput, revenueOutput } from "#shared/billing/revenue.ts";
import { grantInput } from "#shared/billing/schema.ts";
import { credits } from "#shared/credits.ts";
import { newId } from "#shared/ids.ts";
import { transact } from "#server/infra/runtime.ts";
import type { Person } from "#server/testing/people.ts";
import { findCustomerAccount } from "../account-repository.ts";
import { auditLedger } from "../check.ts";
import { adjustCredits, grantCredits, refundCharge, revokeGrant } from "../grants.ts";
import { expireLot, hold, transfer, voidHold } from "../ledger.ts";
import { processInbox } from "../payments/inbox.ts";
import { factOf, type PaymentFact } from "../payments/payment-fact.ts";
import { refundPayment } from "../payments/refunds.ts";
import { openShop, type Shop } from "../payments/testing/shop.ts";
import { systemAccount } from "../system-accounts.ts";
import { revenueByCustomer, revenueByProduct } from "./breakdowns.ts";
import { monthsOf } from "./months.ts";
import { getRevenue } from "./report.ts";
import { callRoll } from "./revenue-repository.ts";
import { rollRevenue } from "./roll.ts";

/** Three months in which everything happens that can happen to credits; each test looks at the same books. */
let shop: Shop;
let ada: Person;
let bob: Person;
let heldSince = "";
const at = (time: string): void => shop.rt.clock.set(new Date(time));
const report = async (from: string, to = from, by?: "month" | "day") => revenueOutput.parse(await getRevenue(shop.rt, revenueInput.parse({ from, to, ...(by ? { by } : {}) })));
const line = (of: { lines: { line: string; amount: string; paid: string }[] }, name: string): [number, number] => {
  const found = of.lines.find((each) => each.line === name);
  return found ? [Number(found.amount) / 1e6, Number(found.paid) / 1e6] : [0, 0];
};

async function accountOf(person: Person): Promise<string> {
  return (await transact(shop.rt, (tx) => findCustomerAccount(tx, person.organizationId)))?.id ?? "";
}
async function charge(person: Person, amount: bigint, of: { planPrice?: string; dueAt?: string } = {}): Promise<string> {
  const account = await accountOf(person);
  const now = shop.rt.clock.now();
  const vm = newId("vm");
  const made = await transact(shop.rt, (tx) =>
    transfer(tx, { key: `${of.planPrice === undefined ? "charge" : "usage"}:${vm}:compute:${now.toISOString()}`, kind: "usage", from: account, to: systemAccount("revenue", account), amount, subject: { type: "vm", id: vm }, description: "web: compute", at: now }),
  );
  if (of.planPrice !== undefined) {
    const dueAt = of.dueAt === undefined ? now : new Date(of.dueAt);
    await shop.rt.db.prisma.usageRecord.create({
      data: { resourceId: vm, component: "compute", hourStart: now, organizationId: person.organizationId, resourceType: "vm", resourceName: "web", pricePerHour: amount, priceIds: [of.planPrice], amount, transferId: made.transfer.id, createdAt: dueAt },
    });
  }
  return made.transfer.id;
}
const grant = (person: Person, amount: bigint, more: object = {}) => grantCredits(shop.rt, person.actor, grantInput.parse({ organizationId: person.organizationId, amount: amount.toString(), reason: "a reason", idempotencyKey: randomUUID(), ...more }));
async function buy(person: Person, whole: number): Promise<{ id: string; paymentRef: string }> {
  const id = await shop.buy(person, whole);
  await shop.settle();
  const { paymentRef } = await shop.rt.db.prisma.topUp.findUniqueOrThrow({ where: { id } });
  return { id, paymentRef: paymentRef ?? "" };
}
const refund = (person: Person, id: string, amountMinor: number) => refundPayment(shop.rt, person.actor, { id, amountMinor, reason: "asked for it", idempotencyKey: randomUUID() });
async function tell(paymentRef: string, fact: PaymentFact): Promise<void> {
  const now = shop.rt.clock.now();
  await shop.rt.db.prisma.paymentEvent.create({ data: { provider: "test", eventId: randomUUID(), type: "told", paymentRef, payload: fact, occurredAt: now, receivedAt: now } });
  await processInbox(shop.rt);
}
const dispute = (kind: "disputed" | "dispute_won") => factOf(kind, { amountMinor: 2_000, currency: "USD", partRef: "dp_1" });
const onlyLot = async (transferId: string) => (await shop.rt.db.prisma.creditLot.findFirstOrThrow({ where: { transferId } })).id;

beforeAll(async () => {
  shop = await openShop();
  const { prisma } = shop.rt.db;
  ada = await shop.person();
  bob = await shop.person();
  const price = newId("price");
  await prisma.price.create({ data: { id: price, subjectType: "plan", subjectId: "pln_small", component: "compute", pricePerHour: 1n, effectiveFrom: new Date("2020-01-01"), createdAt: new Date("2020-01-01") } });

  at("2028-03-05T12:00:00Z");
  const first = await buy(ada, 100);
  await grant(ada, credits(10), { priority: 10 });
  await grant(bob, credits(30), { category: "paid", priority: 20 });
  const revoked = await grant(bob, credits(5));
  // Takes the gift and then what was bought.
  const used = await charge(ada, credits(14), { planPrice: price });
  await charge(bob, credits(8));

  at("2028-03-31T23:59:59.999Z");
  await refund(ada, first.id, 2_500);
  const account = await accountOf(ada);
  const held = await transact(shop.rt, (tx) => hold(tx, { key: "held", accountId: account, amount: credits(3), subject: { type: "vm", id: "vm_1" }, at: shop.rt.clock.now() }));
  heldSince = held.id;

  at("2028-04-01T00:00:00Z");
  await refundCharge(shop.rt, ada.actor, { transferId: used, amount: credits(6).toString(), reason: "it was down", idempotencyKey: randomUUID() });
  await revokeGrant(shop.rt, bob.actor, { transferId: revoked.transfer.id, reason: "given twice", idempotencyKey: randomUUID() });
  await adjustCredits(shop.rt, ada.actor, { organizationId: ada.organizationId, direction: "subtract", amount: credits(1).toString(), reason: "a correction", idempotencyKey: randomUUID() });
  await transact(shop.rt, (tx) => voidHold(tx, heldSince, shop.rt.clock.now()));
  const second = await buy(bob, 20);
  // Fell due in March and is paid now.
  await charge(bob, credits(30), { planPrice: price, dueAt: "2028-03-20T10:00:00Z" });

  at("2028-04-20T08:00:00Z");
  // Most of it is spent: what is left goes back, the rest is a debt, which the next payment pays.
  await tell(second.paymentRef, dispute("disputed"));
  const expiring = await grant(ada, credits(4), { expiresAt: "2028-05-01T00:00:00.000Z", priority: 90 });
  const bought = await grant(ada, credits(7), { expiresAt: "2028-05-01T00:00:00.000Z", category: "paid", priority: 90 });

  at("2028-05-02T00:00:00Z");
  for (const made of [expiring, bought]) {
    const lot = await onlyLot(made.transfer.id);
    await transact(shop.rt, (tx) => expireLot(tx, lot, shop.rt.clock.now()));
  }
  await buy(bob, 10);
  at("2028-05-03T00:00:00Z");
  await tell(second.paymentRef, dispute("dispute_won"));
});
afterAll(async () => {
  expect(await auditLedger(shop.rt)).toEqual([]);
  await shop.close();
});

describe("the report reconciles with the ledger", () => {
  it("in all: what customers have, and what each kind of account gave and got", async () => {
    const all = await report("2028-01", "2028-12");
    const balance = await shop.rt.db.prisma.ledgerAccount.groupBy({ by: ["kind"], _sum: { balance: true } });
    const of = (kind: string) => balance.find((each) => each.kind === kind)?._sum.balance ?? 0n;
    expect(all.upToDate).toBe(true);
    expect(BigInt(all.closing.amount)).toBe(of("customer"));
    for (const kind of ["settlement", "promotion", "revenue", "breakage", "adjustment"]) {
      const sum = all.lines.filter((each) => ACCOUNT_OF_LINE[each.line] === kind).reduce((total, each) => total + BigInt(each.amount), 0n);
      expect([kind, -sum]).toEqual([kind, of(kind)]);
    }
    const lots = await shop.rt.db.prisma.creditLot.groupBy({ by: ["category"], _sum: { remaining: true } });
    expect(BigInt(all.closing.paid)).toBe(lots.find((each) => each.category === "paid")?._sum.remaining ?? 0n);
    expect(BigInt(all.closing.promotional)).toBe(lots.find((each) => each.category === "promotional")?._sum.remaining ?? 0n);
    expect(all.lines.reduce((count, each) => count + each.count, 0)).toBe(await shop.rt.db.prisma.transfer.count());
  });

  it.each(["month", "day"] as const)("by %s: opening and lines make the closing, which is the next opening", async (by) => {
    let before = { amount: "0", paid: "0", promotional: "0" };
    for (const month of ["2028-02", "2028-03", "2028-04", "2028-05"]) {
      const one = await report(month, month, by);
      expect(one.opening).toEqual(before);
      for (const part of ["amount", "paid", "promotional"] as const) {
        const lines = one.lines.reduce((sum, each) => sum + BigInt(each[part]), 0n);
        expect(BigInt(one.opening[part]) + lines).toBe(BigInt(one.closing[part]));
      }
      expect(one.steps.at(-1)?.closing).toEqual(one.closing);
      before = one.closing;
    }
  });

  it("follows what is booked later with an earlier time, and never counts twice", async () => {
    const before = await report("2028-03");
    const now = shop.rt.clock.now();
    at("2028-03-10T00:00:00Z");
    await adjustCredits(shop.rt, ada.actor, { organizationId: ada.organizationId, direction: "add", amount: "1", reason: "a clock set back", idempotencyKey: randomUUID() });
    await adjustCredits(shop.rt, ada.actor, { organizationId: ada.organizationId, direction: "subtract", amount: "1", reason: "a clock set back", idempotencyKey: randomUUID() });
    shop.rt.clock.set(now);
    expect(await transact(shop.rt, (tx) => callRoll(tx, 1))).toBe(1n);
    await Promise.all([rollRevenue(shop.rt), rollRevenue(shop.rt), rollRevenue(shop.rt, 1)]);
    const after = await report("2028-03");
    expect(after.lines.find((each) => each.line === "adjustment")).toMatchObject({ count: 2, amount: "0" });
    expect(after.closing).toEqual(before.closing);
  });
});

describe("months around refunds, reversals, disputes and expiry", () => {
  it("March: bought, given, by hand, used of both, refunded in its last millisecond", async () => {
    const march = await report("2028-03");
    expect(line(march, "topup")).toEqual([100, 100]);
    expect(line(march, "manual")).toEqual([30, 30]);
    expect(line(march, "grant")).toEqual([15, 0]);
    expect(line(march, "usage")).toEqual([-22, -12]);
    expect(line(march, "taken_back")).toEqual([-25, -25]);
    expect(march.money).toEqual([{ currency: "USD", payments: 1, paidMinor: 10_000, refundedMinor: 2_500, disputedMinor: 0, netMinor: 7_500 }]);
    expect(march).toMatchObject({ held: credits(3).toString(), owedUsage: credits(30).toString(), owedPayments: "0" });
  });

  it("April: a charge given back to what it was taken from, a grant revoked, a dispute with a debt", async () => {
    const april = await report("2028-04");
    expect(line(april, "usage_given_back")).toEqual([6, 4]);
    expect(line(april, "grant_revoked")).toEqual([-5, 0]);
    expect(line(april, "adjustment")[0]).toBe(-1);
    expect(line(april, "topup")).toEqual([20, 20]);
    // Of 42 credits 30 were used in the order of spending: 12 of the payment's 20 are left and go back.
    expect(line(april, "taken_back")).toEqual([-12, -12]);
    expect(april.money).toEqual([{ currency: "USD", payments: 1, paidMinor: 2_000, refundedMinor: 0, disputedMinor: 2_000, netMinor: 0 }]);
    expect(april).toMatchObject({ held: "0", owedUsage: "0", owedPayments: credits(8).toString() });
  });

  it("May: expired, the debt paid, the dispute won and the money back", async () => {
    const may = await report("2028-05");
    expect(line(may, "breakage")).toEqual([-7, -7]);
    expect(line(may, "promotion_expired")).toEqual([-4, 0]);
    expect(line(may, "debt_paid")).toEqual([-8, -8]);
    expect(line(may, "topup")).toEqual([30, 30]);
    expect(may.money).toEqual([{ currency: "USD", payments: 1, paidMinor: 1_000, refundedMinor: 0, disputedMinor: -2_000, netMinor: 3_000 }]);
    expect(may.owedPayments).toBe("0");
  });

  it("the days of a month add up to it, to the currency's last unit", async () => {
    const april = await report("2028-04", "2028-04", "day");
    expect(april.steps).toHaveLength(30);
    const disputed = april.steps.find((step) => step.at === "2028-04-20T00:00:00.000Z");
    expect(disputed?.money).toMatchObject([{ disputedMinor: 2_000, payments: 0 }]);
    for (const name of REVENUE_LINES) expect(april.steps.reduce((sum, step) => sum + line(step, name)[0], 0)).toBeCloseTo(line(april, name)[0], 6);
  });
});

it("by customer: who consumed most first, page by page, with the balance at the end", async () => {
  const months = monthsOf(shop.rt.clock.now(), { from: "2028-03", to: "2028-05" });
  const all = await revenueByCustomer(shop.rt, months, { limit: 10, offset: 0 });
  expect(all.map(({ organizationId, consumed, toppedUp, given, breakage }) => [organizationId, consumed, toppedUp, given, breakage])).toEqual([
    [bob.organizationId, credits(38), credits(30 + 20 - 12 - 8 + 10 + 20), 0n, 0n],
    [ada.organizationId, credits(8), credits(100 - 25 + 7), credits(10), credits(7)],
  ]);
  for (const row of all) {
    const account = await shop.rt.db.prisma.ledgerAccount.findUniqueOrThrow({ where: { id: row.accountId } });
    expect(row.closing).toBe(account.balance);
    expect(row.toppedUp + row.given - row.consumed - row.breakage + row.adjusted).toBe(row.closing);
  }
  // In money each has what is his, and together they have what the report says.
  const paid = all.map(({ money }) => money.reduce((sum, each) => sum + each.payments, 0));
  expect(paid.every((payments) => payments > 0)).toBe(true);
  const { money } = await getRevenue(shop.rt, { from: "2028-03", to: "2028-05", by: "month" });
  const sum = (currency: string, of: "payments" | "paidMinor" | "refundedMinor" | "disputedMinor" | "netMinor") =>
    all.flatMap((row) => row.money).filter((each) => each.currency === currency).reduce((total, each) => total + each[of], 0);
  for (const each of money) for (const of of ["payments", "paidMinor", "refundedMinor", "disputedMinor", "netMinor"] as const) expect(sum(each.currency, of), `${each.currency} ${of}`).toBe(each[of]);
  expect(money.length).toBeGreaterThan(0);
  expect(await revenueByCustomer(shop.rt, months, { limit: 1, offset: 1 })).toEqual(all.slice(1));
  expect(await revenueByCustomer(shop.rt, monthsOf(shop.rt.clock.now(), { from: "2028-01", to: "2028-02" }), { limit: 10, offset: 0 })).toEqual([]);
});

it("by plan: less what was given back, and charges that no usage names apart; together the lines of usage", async () => {
  const rows = await revenueByProduct(shop.rt, monthsOf(shop.rt.clock.now(), { from: "2028-03", to: "2028-05" }));
  expect(rows).toEqual([
    { resourceType: "vm", component: "compute", planId: "pln_small", seconds: 7_200n, amount: credits(38), paid: credits(4 - 4 + 30) },
    { resourceType: "", component: "", planId: "", seconds: 0n, amount: credits(8), paid: credits(8) },
  ]);
  const all = await report("2028-03", "2028-05");
  expect(rows.reduce((sum, row) => sum + row.amount, 0n)).toBe(-BigInt(all.lines.filter((each) => each.line.startsWith("usage")).reduce((sum, each) => sum + BigInt(each.amount), 0n)));
});

it("the self-check finds sums that are not what was booked", async () => {
  await rollRevenue(shop.rt);
  expect(await auditLedger(shop.rt)).toEqual([]);
  const add = (amount: number) =>
    transact(shop.rt, async (tx) => {
      await tx.$queryRawUnsafe("select set_config('switchyard.revenue_roll', 'on', true)");
      await tx.$executeRawUnsafe(`update revenue_day set amount = amount + ${amount} where line = 'breakage'`);
    });
  await add(1);
  expect(await auditLedger(shop.rt)).toEqual(["the revenue report's sums are not what was booked: breakage", "the revenue report by customer is not the one by day: breakage"]);
  await add(-1);
});

it("nobody but the function that keeps them changes the sums", async () => {
  await expect(shop.rt.db.query({ text: "update revenue_day set amount = 0" })).rejects.toThrow(/refused/);
  await expect(shop.rt.db.query({ text: "delete from revenue_mark" })).rejects.toThrow(/refused/);
});
