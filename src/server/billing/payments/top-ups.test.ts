import { afterAll, beforeAll, expect, it } from "vitest";
import { credits } from "#shared/credits.ts";
import { newId } from "#shared/ids.ts";
import { auditLedger } from "../check.ts";
import { processInbox, receiveWebhook } from "./inbox.ts";
import { factOf, type PaymentFact } from "./payment-fact.ts";
import { closeAbandoned } from "./payments-worker.ts";
import { getReceipt } from "./receipts.ts";
import { openShop, postWebhook, type Shop } from "./testing/shop.ts";
import { closeTestCheckouts, getTestCheckout, payTestCheckout } from "./test-provider/test-checkout.ts";
import { deliverTestEvents } from "./test-provider/test-delivery.ts";
import { signTestWebhook } from "./test-provider/test-signature.ts";
import { createTopUp, getTopUp, listTopUpsOf, topUpOptions } from "./top-ups.ts";

let shop: Shop;
beforeAll(async () => void (shop = await openShop()));
afterAll(async () => {
  expect(await auditLedger(shop.rt)).toEqual([]);
  await shop.close();
});

const checkoutId = (url: string): string => url.split("/").at(-1) ?? "";
let nth = 0;
function event(about: { topUpId?: string | null; paymentRef?: string | null; fact: PaymentFact }): string {
  nth += 1;
  return JSON.stringify({ id: `evt_test_made-up-${nth}`, type: "made.up", at: shop.rt.clock.now().toISOString(), topUpId: null, paymentRef: null, ...about });
}
const send = (body: string, at = shop.rt.clock.now()): Promise<number> => postWebhook(shop, "test", body, { "test-signature": signTestWebhook(shop.rt.config, body, at) });

it("brings the credits that were paid, once, with a receipt", async () => {
  const person = await shop.person();
  const { id, checkoutUrl, amountMinor, currency } = await createTopUp(shop.rt, person.actor, { credits: credits(25).toString(), saveMethod: false });
  expect({ amountMinor, currency }).toEqual({ amountMinor: 2500, currency: "USD" });
  expect(checkoutUrl).toMatch(new RegExp(`^${shop.url}/pay/test/cs_test_[\\w-]{32}$`));
  expect(await getTestCheckout(shop.rt, { id: checkoutId(checkoutUrl) })).toMatchObject({ status: "open", amountMinor: 2500, returnUrl: `${shop.url}/billing?topup=${id}` });
  await expect(getReceipt(shop.rt, person.actor, { id })).rejects.toMatchObject({ code: "NOT_FOUND" });

  await payTestCheckout(shop.rt, { id: checkoutId(checkoutUrl), card: "succeeds", save: false });
  expect(await shop.available(person)).toBe(0n);
  await shop.settle();
  expect(await shop.available(person)).toBe(credits(25));
  expect(await getTopUp(shop.rt, person.actor, { id })).toMatchObject({ status: "paid", checkoutUrl: null, paidAt: shop.rt.clock.now().toISOString() });
  expect(await getReceipt(shop.rt, person.actor, { id })).toMatchObject({ number: "R-2028-00000001", credits: "25000000", amountMinor: 2500, creditPriceMinor: 100, paymentRef: expect.stringMatching(/^pi_test_/) });
  expect(await shop.rt.db.prisma.creditLot.findFirstOrThrow({ where: { account: { organizationId: person.organizationId } } })).toMatchObject({ category: "paid", remaining: credits(25) });
  expect(await shop.rt.db.prisma.event.count({ where: { organizationId: person.organizationId, type: "credits.topup.paid" } })).toBe(1);

  await expect(payTestCheckout(shop.rt, { id: checkoutId(checkoutUrl), card: "succeeds", save: false })).rejects.toMatchObject({ code: "INVALID_STATE" });
});

it("numbers receipts without gaps, however many are paid at once", async () => {
  const people = await Promise.all([shop.person(), shop.person(), shop.person()]);
  const ids = await Promise.all(people.map((person) => shop.buy(person, 5)));
  await deliverTestEvents(shop.rt);
  await Promise.all([processInbox(shop.rt), processInbox(shop.rt), processInbox(shop.rt)]);
  const numbers = await Promise.all(ids.map(async (id, index) => (await getReceipt(shop.rt, people[index]?.actor ?? people[0].actor, { id })).number));
  const all = await shop.rt.db.prisma.topUp.findMany({ where: { receiptNumber: { not: null } }, orderBy: { receiptNumber: "asc" }, select: { receiptNumber: true } });
  expect(all.map((row) => Number(row.receiptNumber?.slice(-8)))).toEqual(all.map((_, index) => index + 1));
  expect(new Set(numbers).size).toBe(3);
});

it("lets a declined card be followed by a good one, and tells of a page that nobody paid", async () => {
  const person = await shop.person();
  const declined = await createTopUp(shop.rt, person.actor, { credits: credits(5).toString(), saveMethod: false });
  expect(await payTestCheckout(shop.rt, { id: checkoutId(declined.checkoutUrl), card: "declined", save: false })).toMatchObject({ paid: false });
  await shop.settle();
  expect(await shop.status(person, declined.id)).toBe("created");
  expect(await payTestCheckout(shop.rt, { id: checkoutId(declined.checkoutUrl), card: "succeeds", save: false })).toMatchObject({ paid: true });
  const left = await createTopUp(shop.rt, person.actor, { credits: credits(5).toString(), saveMethod: false });
  shop.rt.clock.advance(61 * 60_000);
  await expect(payTestCheckout(shop.rt, { id: checkoutId(left.checkoutUrl), card: "succeeds", save: false })).rejects.toMatchObject({ code: "INVALID_STATE", extras: { state: "expired" } });
  await closeTestCheckouts(shop.rt);
  await shop.settle();
  expect([await shop.status(person, declined.id), await shop.status(person, left.id)]).toEqual(["paid", "expired"]);
  expect(await shop.available(person)).toBe(credits(5));
});

it("credits a payment that comes after its top-up was given up, weeks later", async () => {
  const person = await shop.person();
  const { id } = await createTopUp(shop.rt, person.actor, { credits: credits(5).toString(), saveMethod: false });
  shop.rt.clock.advance(26 * 3_600_000);
  await closeAbandoned(shop.rt);
  expect(await shop.status(person, id)).toBe("expired");
  shop.rt.clock.advance(20 * 24 * 3_600_000);
  expect(await send(event({ topUpId: id, paymentRef: "pi_late", fact: factOf("paid", { amountMinor: 500, currency: "USD" }) }))).toBe(200);
  await processInbox(shop.rt);
  expect(await shop.status(person, id)).toBe("paid");
  expect(await shop.available(person)).toBe(credits(5));
});

it("refuses what is not signed by the provider, and what is replayed later; nothing of it is kept", async () => {
  const person = await shop.person();
  const { id } = await createTopUp(shop.rt, person.actor, { credits: credits(5).toString(), saveMethod: false });
  const before = await shop.rt.db.prisma.paymentEvent.count();
  const body = event({ topUpId: id, paymentRef: "pi_forged", fact: factOf("paid", { amountMinor: 500, currency: "USD" }) });
  const good = signTestWebhook(shop.rt.config, body, shop.rt.clock.now());
  const old = new Date(shop.rt.clock.now().getTime() - 301_000);
  const early = new Date(shop.rt.clock.now().getTime() + 301_000);
  for (const headers of [{}, { "test-signature": "" }, { "test-signature": good.replace(/.$/, (last) => (last === "0" ? "1" : "0")) }, { "test-signature": signTestWebhook({ secretKeys: ["another installation's key, of 32 characters"] }, body, shop.rt.clock.now()) }]) {
    expect(await postWebhook(shop, "test", body, headers as Record<string, string>)).toBe(400);
  }
  expect(await send(body, old)).toBe(400);
  expect(await send(body, early)).toBe(400);
  // The body that was signed, and no other.
  expect(await postWebhook(shop, "test", body.replace("500", "501"), { "test-signature": good })).toBe(400);
  expect(await send("{}")).toBe(400);
  expect(await send("no json")).toBe(400);
  expect(await send(`"${"x".repeat(300_000)}"`)).toBe(413);
  expect(await postWebhook(shop, "stripe", body, { "test-signature": good })).toBe(404);
  expect((await fetch(`${shop.url}/webhooks/payments/test`)).status).toBe(405);
  expect(await shop.rt.db.prisma.paymentEvent.count()).toBe(before);
  expect(await shop.status(person, id)).toBe("created");
});

it("takes each event once, however often it is delivered, also at the same time", async () => {
  const person = await shop.person();
  const { id } = await createTopUp(shop.rt, person.actor, { credits: credits(5).toString(), saveMethod: false });
  const body = event({ topUpId: id, paymentRef: "pi_twice", fact: factOf("paid", { amountMinor: 500, currency: "USD" }) });
  expect(await Promise.all(Array.from({ length: 8 }, () => send(body)))).toEqual(Array(8).fill(200));
  await Promise.all([processInbox(shop.rt), processInbox(shop.rt), processInbox(shop.rt)]);
  await send(body);
  // The same payment, told by another event.
  await send(event({ topUpId: id, paymentRef: "pi_twice", fact: factOf("paid", { amountMinor: 500, currency: "USD" }) }));
  await processInbox(shop.rt);
  expect(await shop.available(person)).toBe(credits(5));
});

it("credits nothing for another amount or currency, and tells the administrators", async () => {
  for (const paid of [{ amountMinor: 499, currency: "USD" }, { amountMinor: 50_000, currency: "USD" }, { amountMinor: 500, currency: "KRW" }]) {
    const person = await shop.person();
    const { id } = await createTopUp(shop.rt, person.actor, { credits: credits(5).toString(), saveMethod: false });
    await send(event({ topUpId: id, paymentRef: `pi_${id}`, fact: factOf("paid", paid) }));
    await processInbox(shop.rt);
    expect(await getTopUp(shop.rt, person.actor, { id })).toMatchObject({ status: "failed", failure: "amount_mismatch" });
    expect(await shop.available(person)).toBe(0n);
    expect(await shop.rt.db.prisma.event.findFirstOrThrow({ where: { type: "credits.topup.mismatched", subject: id } })).toMatchObject({ data: { expected: "500 USD", paid: `${paid.amountMinor} ${paid.currency}` } });
  }
});

it("keeps events that it does not know, and those of other payments, and does nothing", async () => {
  await send(event({ fact: factOf("other") }));
  await send(event({ paymentRef: "pi_of_another_shop", fact: factOf("refunded", { amountMinor: 100, currency: "USD", partRef: "re_1" }) }));
  await send(event({ topUpId: newId("topUp"), fact: factOf("paid", { amountMinor: 100, currency: "USD" }) }));
  await processInbox(shop.rt);
  expect(await shop.rt.db.prisma.paymentEvent.count({ where: { processedAt: null } })).toBe(0);
});

it("delivers again what the webhook did not take, and keeps what is due over a restart", async () => {
  const person = await shop.person();
  const id = await shop.buy(person, 5);
  const address = shop.rt.config.publicUrl;
  shop.rt.config.publicUrl = "http://127.0.0.1:9";
  await shop.settle();
  expect(await shop.status(person, id)).toBe("created");
  shop.rt.config.publicUrl = address;
  await shop.settle();
  expect(await shop.status(person, id)).toBe("created");
  shop.rt.clock.advance(2_000);
  await shop.settle();
  expect(await shop.status(person, id)).toBe("paid");
});

it("refuses amounts that cannot be bought", async () => {
  const person = await shop.person();
  for (const amount of [credits(4), credits(10_001), credits(5) + 1n, 0n, -credits(5)]) {
    await expect(createTopUp(shop.rt, person.actor, { credits: amount.toString(), saveMethod: false })).rejects.toMatchObject({ code: "INVALID_REQUEST" });
  }
  expect(topUpOptions(shop.rt)).toEqual({ provider: "test", currency: "USD", creditPriceMinor: 100, minimum: "5000000", maximum: "10000000000", presets: ["10000000", "25000000", "50000000", "100000000"] });
});

it("shows others nothing, and pages its list", async () => {
  const [person, other] = [await shop.person(), await shop.person()];
  const ids = [await shop.buy(person, 5), await shop.buy(person, 6), await shop.buy(person, 7)];
  await shop.settle();
  for (const look of [getTopUp, getReceipt]) await expect(look(shop.rt, other.actor, { id: ids[0] ?? "" })).rejects.toMatchObject({ code: "NOT_FOUND" });
  expect((await listTopUpsOf(shop.rt, other.actor, { limit: 20 })).data).toEqual([]);
  const first = await listTopUpsOf(shop.rt, person.actor, { limit: 2 });
  const second = await listTopUpsOf(shop.rt, person.actor, { limit: 2, cursor: first.nextCursor ?? "" });
  expect([...first.data, ...second.data].map((row) => row.id)).toEqual(ids.toReversed());
  expect(second.nextCursor).toBeNull();
  await expect(listTopUpsOf(shop.rt, person.actor, { limit: 2, cursor: "x" })).rejects.toMatchObject({ code: "INVALID_REQUEST" });
});

it("says clearly when the installation takes no payments", async () => {
  const { rt } = shop;
  const closed = { ...rt, config: { ...rt.config, payments: { ...rt.config.payments, provider: null } } };
  const person = await shop.person();
  expect(topUpOptions(closed).provider).toBeNull();
  await expect(createTopUp(closed, person.actor, { credits: credits(5).toString(), saveMethod: false })).rejects.toMatchObject({ code: "SERVICE_UNAVAILABLE", message: expect.stringContaining("takes no payments") });
  await expect(receiveWebhook(closed, "test", "{}", {})).rejects.toMatchObject({ code: "NOT_FOUND" });
  await expect(getTestCheckout(closed, { id: "x" })).rejects.toMatchObject({ code: "NOT_FOUND" });
});
