import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import { credits } from "#shared/credits.ts";
import { transact } from "#server/infra/runtime.ts";
import type { Person } from "#server/testing/people.ts";
import { findCustomerAccount } from "../account-repository.ts";
import { auditLedger } from "../check.ts";
import { transfer } from "../ledger.ts";
import { systemAccount } from "../system-accounts.ts";
import { runAutoTopUps, topUpWhenLow } from "./auto-charge.ts";
import { getAutoTopUp, setAutoTopUp } from "./auto-top-up.ts";
import { openShop, type Shop } from "./testing/shop.ts";

const HOUR_MS = 3_600_000;

let shop: Shop;
beforeAll(async () => void (shop = await openShop()));
afterAll(async () => {
  expect(await auditLedger(shop.rt)).toEqual([]);
  await shop.close();
});

const set = (person: Person, input: { enabled?: boolean; threshold?: number; credits?: number; monthlyCap?: number } = {}) => {
  const { enabled = true, threshold = 10, credits: amount = 25, monthlyCap = 100 } = input;
  return setAutoTopUp(shop.rt, person.actor, { enabled, threshold: credits(threshold).toString(), credits: credits(amount).toString(), monthlyCap: credits(monthlyCap).toString() });
};
/** Somebody with 10 credits and a saved card, who tops up by themselves below 10. */
async function customer(options: { card?: "succeeds" | "declined_later"; monthlyCap?: number; threshold?: number } = {}): Promise<Person> {
  const person = await shop.person();
  await shop.buy(person, 10, { save: true, card: options.card ?? "succeeds" });
  await shop.settle();
  await set(person, options);
  return person;
}
async function spend(person: Person, whole: number): Promise<void> {
  await transact(shop.rt, async (tx) => {
    const account = (await findCustomerAccount(tx, person.organizationId))?.id ?? "";
    await transfer(tx, { key: randomUUID(), kind: "usage", from: account, to: systemAccount("revenue", account), amount: credits(whole), at: shop.rt.clock.now() });
  });
}
const automatic = (person: Person) => shop.rt.db.prisma.topUp.findMany({ where: { organizationId: person.organizationId, userId: null }, orderBy: { createdAt: "asc" } });

it("buys when the balance falls below the threshold, with a receipt, and not before", async () => {
  const person = await customer();
  await runAutoTopUps(shop.rt);
  expect(await automatic(person)).toEqual([]);
  await spend(person, 1);
  await runAutoTopUps(shop.rt);
  // The answer to the charge counts; the webhook tells the same again.
  expect(await shop.available(person)).toBe(credits(34));
  await shop.settle();
  expect(await shop.available(person)).toBe(credits(34));
  expect(await automatic(person)).toMatchObject([{ status: "paid", credits: credits(25), receiptNumber: expect.stringMatching(/^R-/) }]);
  expect(await getAutoTopUp(shop.rt, person.actor)).toMatchObject({ usedThisMonth: "25000000", pending: false, failures: 0, methodLabel: "Visa •••• 4242" });
});

it("charges once for a crossing, however many look at once", async () => {
  const person = await customer();
  await spend(person, 5);
  await Promise.all([...Array.from({ length: 8 }, () => topUpWhenLow(shop.rt, person.organizationId)), runAutoTopUps(shop.rt), runAutoTopUps(shop.rt)]);
  await shop.settle();
  expect(await automatic(person)).toHaveLength(1);
  expect(await shop.rt.db.prisma.testPayment.count({ where: { kind: "charge", topUpId: (await automatic(person))[0]?.id ?? "" } })).toBe(1);
  expect(await shop.available(person)).toBe(credits(30));
  // A new crossing is a new charge, at once.
  await spend(person, 25);
  await runAutoTopUps(shop.rt);
  expect(await automatic(person)).toHaveLength(2);
});

it("does not charge again for the same crossing when one charge was not enough, until an hour has passed", async () => {
  const person = await customer({ threshold: 50 });
  await runAutoTopUps(shop.rt);
  await runAutoTopUps(shop.rt);
  expect(await automatic(person)).toHaveLength(1);
  shop.rt.clock.advance(HOUR_MS);
  await runAutoTopUps(shop.rt);
  expect(await automatic(person)).toHaveLength(2);
});

it("stays within the month's cap, counted in UTC months", async () => {
  shop.rt.clock.set("2028-04-30T22:30:00.000Z");
  const person = await customer({ threshold: 1_000, monthlyCap: 60 });
  for (let round = 0; round < 5; round += 1) {
    await runAutoTopUps(shop.rt);
    shop.rt.clock.advance(HOUR_MS / 4);
  }
  shop.rt.clock.set("2028-04-30T23:45:00.000Z");
  await runAutoTopUps(shop.rt);
  shop.rt.clock.set("2028-04-30T23:59:59.999Z");
  await runAutoTopUps(shop.rt);
  expect(await automatic(person)).toHaveLength(2);
  shop.rt.clock.set("2028-05-01T00:00:00.000Z");
  await setAutoTopUp(shop.rt, person.actor, { enabled: true, threshold: credits(1_000).toString(), credits: credits(20).toString(), monthlyCap: credits(60).toString() });
  shop.rt.clock.advance(2 * HOUR_MS);
  await runAutoTopUps(shop.rt);
  expect(await automatic(person)).toHaveLength(3);
  expect(await getAutoTopUp(shop.rt, person.actor)).toMatchObject({ usedThisMonth: "20000000" });
  for (let round = 0; round < 5; round += 1) {
    shop.rt.clock.advance(2 * HOUR_MS);
    await runAutoTopUps(shop.rt);
  }
  expect(await automatic(person)).toHaveLength(5);
  expect(await getAutoTopUp(shop.rt, person.actor)).toMatchObject({ usedThisMonth: "60000000", lastFailure: "monthly_cap", enabled: true, failures: 0 });
});

it("waits longer after each failure, and is turned off after three, with an event", async () => {
  const person = await customer({ card: "declined_later" });
  await spend(person, 5);
  const pauses = [0, 14, 1, 4 * 60 - 1, 1];
  const counts: number[] = [];
  for (const minutes of pauses) {
    shop.rt.clock.advance(minutes * 60_000);
    await runAutoTopUps(shop.rt);
    await shop.settle();
    counts.push((await automatic(person)).length);
  }
  expect(counts).toEqual([1, 1, 2, 2, 3]);
  expect(await getAutoTopUp(shop.rt, person.actor)).toMatchObject({ enabled: false, failures: 3, lastFailure: "card_declined" });
  expect(await shop.rt.db.prisma.event.count({ where: { organizationId: person.organizationId, type: "credits.auto_topup.disabled" } })).toBe(1);
  expect(await shop.rt.db.prisma.event.count({ where: { organizationId: person.organizationId, type: "credits.topup.failed" } })).toBe(3);
  shop.rt.clock.advance(24 * HOUR_MS);
  await runAutoTopUps(shop.rt);
  expect(await automatic(person)).toHaveLength(3);

  // Another card, and on again.
  await shop.buy(person, 5, { save: true });
  await shop.settle();
  expect(await getAutoTopUp(shop.rt, person.actor)).toMatchObject({ failures: 0, lastFailure: null, enabled: false });
  await spend(person, 5);
  await set(person);
  await runAutoTopUps(shop.rt);
  expect(await shop.available(person)).toBe(credits(30));
});

it("asks again about a charge without an answer, under the same key, and not after it was turned off", async () => {
  const person = await customer();
  await spend(person, 5);
  // As a process left it that was killed between its commit and the provider.
  const at = shop.rt.clock.now();
  const left = (id: string) => ({ id, organizationId: person.organizationId, provider: "test", status: "created", credits: credits(25), currency: "USD", amountMinor: 2500, createdAt: at, updatedAt: at });
  await shop.rt.db.prisma.topUp.create({ data: left("tup_01h2xcejqtf2nbrexx3vqjhp41") });
  await runAutoTopUps(shop.rt);
  expect(await shop.available(person)).toBe(credits(5));
  shop.rt.clock.advance(60_000);
  await Promise.all([runAutoTopUps(shop.rt), runAutoTopUps(shop.rt)]);
  await shop.settle();
  expect(await shop.available(person)).toBe(credits(30));

  await set(person, { enabled: false });
  await shop.rt.db.prisma.topUp.create({ data: left("tup_01h2xcejqtf2nbrexx3vqjhp42") });
  await runAutoTopUps(shop.rt);
  expect(await shop.available(person)).toBe(credits(30));
  // The database takes no second one, whoever writes it.
  await expect(shop.rt.db.prisma.topUp.create({ data: left("tup_01h2xcejqtf2nbrexx3vqjhp43") })).rejects.toThrow();
});

it("cannot be turned on without a saved card, nor with amounts that make no sense", async () => {
  const person = await shop.person();
  await expect(set(person)).rejects.toMatchObject({ code: "INVALID_STATE", extras: { reason: "no_method" } });
  expect(await set(person, { enabled: false })).toMatchObject({ enabled: false, methodLabel: null });
  await expect(set(person, { enabled: false, credits: 4 })).rejects.toMatchObject({ code: "INVALID_REQUEST" });
  await expect(set(person, { enabled: false, credits: 10_001, monthlyCap: 20_000 })).rejects.toMatchObject({ code: "INVALID_REQUEST" });
});
