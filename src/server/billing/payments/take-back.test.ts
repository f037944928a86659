import { randomUUID } from "node:crypto";
import { fc } from "#server/testing/properties.ts";
import { afterAll, beforeAll, expect, it } from "vitest";
import { credits } from "#shared/credits.ts";
import { newId } from "#shared/ids.ts";
import { transact } from "#server/infra/runtime.ts";
import type { Person } from "#server/testing/people.ts";
import { findCustomerAccount } from "../account-repository.ts";
import { auditLedger } from "../check.ts";
import { grantCredits } from "../grants.ts";
import { hold, transfer, voidHold } from "../ledger.ts";
import { systemAccount } from "../system-accounts.ts";
import { listTopUpsOfAll } from "./admin-top-ups.ts";
import { processInbox } from "./inbox.ts";
import { insertPaymentEvent } from "./inbox-repository.ts";
import { factOf, type PaymentFact } from "./payment-fact.ts";
import { refundPayment, sendRefunds } from "./refunds.ts";
import { openShop, type Shop } from "./testing/shop.ts";
import { getTopUp } from "./top-ups.ts";

let shop: Shop;
beforeAll(async () => void (shop = await openShop()));
afterAll(async () => {
  expect(await auditLedger(shop.rt)).toEqual([]);
  await shop.close();
});

async function accountOf(person: Person): Promise<string> {
  const account = await transact(shop.rt, (tx) => findCustomerAccount(tx, person.organizationId));
  return account?.id ?? "";
}
async function spend(person: Person, amount: bigint): Promise<void> {
  const account = await accountOf(person);
  await transact(shop.rt, (tx) => transfer(tx, { key: randomUUID(), kind: "usage", from: account, to: systemAccount("revenue", account), amount, at: shop.rt.clock.now() }));
}
const grant = (person: Person, amount: bigint) => grantCredits(shop.rt, person.actor, { organizationId: person.organizationId, amount: amount.toString(), reason: "a present", idempotencyKey: randomUUID() });
const refund = (person: Person, id: string, amountMinor: number, idempotencyKey: string = randomUUID()) => refundPayment(shop.rt, person.actor, { id, amountMinor, reason: "asked for it", idempotencyKey });
async function paid(whole = 10): Promise<{ person: Person; id: string; paymentRef: string }> {
  const person = await shop.person();
  const id = await shop.buy(person, whole);
  await shop.settle();
  const { paymentRef } = await shop.rt.db.prisma.topUp.findUniqueOrThrow({ where: { id } });
  return { person, id, paymentRef: paymentRef ?? "" };
}
let nth = 0;
async function tell(paymentRef: string, fact: PaymentFact): Promise<void> {
  nth += 1;
  const at = shop.rt.clock.now();
  await transact(shop.rt, (tx) => insertPaymentEvent(tx, "test", { id: `told-${nth}`, type: "told", at, topUpId: null, orderId: null, paymentRef, fact }, at));
  await processInbox(shop.rt);
}
const dispute = (kind: "disputed" | "dispute_won" | "dispute_lost") => factOf(kind, { amountMinor: 1000, currency: "USD", partRef: "dp_1" });
const debts = (person: Person) => shop.rt.db.prisma.clawback.findMany({ where: { organizationId: person.organizationId }, select: { amount: true, paidAmount: true } });

it("refunds in parts, at most what was paid, and takes the credits back at once", async () => {
  const { person, id } = await paid();
  expect(await refund(person, id, 250)).toMatchObject({ status: "paid", refundedMinor: 250, takenBack: "2500000", owed: "0" });
  expect(await shop.available(person)).toBe(credits(10) - 2_500_000n);
  await expect(refund(person, id, 751)).rejects.toMatchObject({ code: "INVALID_REQUEST" });
  expect(await refund(person, id, 750)).toMatchObject({ status: "refunded", refundedMinor: 1000 });
  await expect(refund(person, id, 1)).rejects.toMatchObject({ code: "INVALID_REQUEST" });
  await shop.settle();
  expect(await shop.available(person)).toBe(0n);
  expect(await shop.rt.db.prisma.auditEntry.count({ where: { subjectId: id, action: "topup.refund" } })).toBe(2);
});

it("refunds once for a key, however many ask at once, and refuses the key for something else", async () => {
  const { person, id } = await paid();
  const key = randomUUID();
  await Promise.all(Array.from({ length: 6 }, () => refund(person, id, 400, key)));
  expect((await getTopUp(shop.rt, person.actor, { id })).refundedMinor).toBe(400);
  await expect(refund(person, id, 300, key)).rejects.toMatchObject({ code: "CONFLICT" });
  const other = await paid();
  await expect(refund(other.person, other.id, 300, key)).rejects.toMatchObject({ code: "CONFLICT" });
  const both = await Promise.allSettled([refund(person, id, 600), refund(person, id, 600)]);
  expect(both.map((one) => one.status).toSorted()).toEqual(["fulfilled", "rejected"]);
  await shop.settle();
  expect(await shop.available(person)).toBe(0n);
});

it("refuses to refund what was not paid, or is disputed, and what is not there", async () => {
  const { person, id, paymentRef } = await paid();
  await tell(paymentRef, dispute("disputed"));
  await expect(refund(person, id, 100)).rejects.toMatchObject({ code: "INVALID_STATE" });
  await expect(refund(person, "tup_01h2xcejqtf2nbrexx3vqjhp41", 100)).rejects.toMatchObject({ code: "NOT_FOUND" });
});

it("asks the provider again for a refund without an answer, with the same key", async () => {
  const { person, id, paymentRef } = await paid();
  const key = randomUUID();
  const at = shop.rt.clock.now();
  // As a process that was killed after its commit left it.
  await transact(shop.rt, (tx) =>
    insertPaymentEvent(tx, "test", { id: `refund:${key}`, type: "refund.requested", at, topUpId: id, orderId: null, paymentRef, fact: factOf("refunded", { amountMinor: 300, currency: "USD", partRef: key }) }, at),
  );
  await sendRefunds(shop.rt);
  await sendRefunds(shop.rt);
  await shop.settle();
  expect(await shop.rt.db.prisma.testPayment.count({ where: { kind: "refund", topUpId: id, status: "succeeded" } })).toBe(1);
  expect(await getTopUp(shop.rt, person.actor, { id })).toMatchObject({ refundedMinor: 300 });
  expect(await shop.available(person)).toBe(credits(7));
});

it("makes a debt of credits that were spent, and pays it out of what comes in, before anything else", async () => {
  const { person, id } = await paid();
  await spend(person, credits(8));
  expect(await refund(person, id, 1000)).toMatchObject({ status: "refunded", takenBack: "10000000", owed: "8000000" });
  expect(await shop.available(person)).toBe(0n);
  await grant(person, credits(3));
  expect(await shop.available(person)).toBe(0n);
  expect(await debts(person)).toEqual([{ amount: credits(8), paidAmount: credits(3) }]);
  await shop.buy(person, 20);
  await shop.settle();
  expect(await shop.available(person)).toBe(credits(15));
  expect(await debts(person)).toEqual([{ amount: credits(8), paidAmount: credits(8) }]);
  await grant(person, credits(1));
  expect(await shop.available(person)).toBe(credits(16));
});

it("pays the debt out of what a hold gives back, and no more than that", async () => {
  const { person, id } = await paid();
  await grant(person, credits(5));
  const account = await accountOf(person);
  const held = await transact(shop.rt, (tx) => hold(tx, { key: randomUUID(), accountId: account, amount: credits(12), subject: { type: "vm", id: "vm_x" }, at: shop.rt.clock.now() }));
  await refund(person, id, 1000);
  expect(await debts(person)).toEqual([{ amount: credits(7), paidAmount: 0n }]);
  await transact(shop.rt, (tx) => voidHold(tx, held.id, shop.rt.clock.now()));
  expect(await debts(person)).toEqual([{ amount: credits(7), paidAmount: credits(7) }]);
  expect(await shop.available(person)).toBe(credits(5));
});

it("gives everything back when a dispute is won, whether it was still there, owed or paid back", async () => {
  for (const { spent, later } of [{ spent: 0n, later: 0n }, { spent: 6n, later: 0n }, { spent: 6n, later: 4n }, { spent: 10n, later: 20n }]) {
    const { person, paymentRef } = await paid();
    if (spent > 0n) await spend(person, credits(spent));
    await tell(paymentRef, dispute("disputed"));
    expect(await shop.available(person)).toBe(0n);
    if (later > 0n) await grant(person, credits(later));
    await tell(paymentRef, dispute("dispute_won"));
    expect(await shop.available(person)).toBe(credits(10n - spent + later));
    expect((await debts(person)).every((debt) => debt.amount === debt.paidAmount)).toBe(true);
    // And taken back again, when it is refunded after all.
    await tell(paymentRef, factOf("refunded", { amountMinor: 1000, currency: "USD", cumulative: true }));
    expect(await shop.available(person)).toBe(later > spent ? credits(later - spent) : 0n);
  }
});

it("ends the same for every order of what happens at the provider", { timeout: 120_000 }, async () => {
  const story: PaymentFact[] = [
    factOf("paid", { amountMinor: 1000, currency: "USD" }),
    factOf("failed", { reason: "card_declined" }),
    factOf("expired"),
    factOf("refunded", { amountMinor: 300, currency: "USD", partRef: "re_1" }),
    factOf("refunded", { amountMinor: 300, currency: "USD", cumulative: true }),
    dispute("disputed"),
    dispute("dispute_won"),
  ];
  await fc.assert(
    fc.asyncProperty(fc.shuffledSubarray([...story, ...story.slice(0, 3)], { minLength: story.length + 3 }), async (facts) => {
      const person = await shop.person();
      const { id } = await begun(person);
      const at = shop.rt.clock.now();
      for (const [index, fact] of facts.entries()) {
        const named = fact.kind === "paid" || fact.kind === "failed" || fact.kind === "expired";
        await transact(shop.rt, (tx) => insertPaymentEvent(tx, "test", { id: `${id}-${index}`, type: "told", at, topUpId: named ? id : null, orderId: null, paymentRef: `pi_${id}`, fact }, at));
        if (index % 2 === 0) await processInbox(shop.rt);
      }
      await processInbox(shop.rt);
      expect(await getTopUp(shop.rt, person.actor, { id })).toMatchObject({ status: "paid", refundedMinor: 300 });
      expect(await shop.available(person)).toBe(credits(7));
      expect(await debts(person)).toEqual([]);
    }),
    { numRuns: 12 },
  );
});

async function begun(person: Person): Promise<{ id: string }> {
  const at = shop.rt.clock.now();
  const id = newId("topUp");
  await shop.rt.db.prisma.topUp.create({ data: { id, organizationId: person.organizationId, userId: person.userId, provider: "test", status: "created", credits: credits(10), currency: "USD", amountMinor: 1000, createdAt: at, updatedAt: at } });
  return { id };
}

it("shows administrators what was taken back and what is owed", async () => {
  const { person, id } = await paid();
  await spend(person, credits(4));
  await refund(person, id, 1000);
  const list = await listTopUpsOfAll(shop.rt, { page: 1, limit: 20, organizationId: person.organizationId, status: "refunded" });
  expect(list).toMatchObject({ data: [{ id, takenBack: "10000000", owed: "4000000", paymentRef: expect.stringMatching(/^pi_test_/) }], pagination: { total: 1 } });
});
