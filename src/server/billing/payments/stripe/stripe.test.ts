import { afterAll, beforeAll, expect, it } from "vitest";
import { credits } from "#shared/credits.ts";
import { AppError } from "#shared/errors.ts";
import type { Person } from "#server/testing/people.ts";
import { auditLedger } from "../../check.ts";
import { runAutoTopUps } from "../auto-charge.ts";
import { getAutoTopUp, setAutoTopUp } from "../auto-top-up.ts";
import { processInbox } from "../inbox.ts";
import { requireProvider } from "../providers.ts";
import { refundPayment } from "../refunds.ts";
import { type FakeStripe, startFakeStripe, stripeWebhook } from "../testing/fake-stripe.ts";
import { openShop, postWebhook, type Shop } from "../testing/shop.ts";
import { createTopUp, getTopUp } from "../top-ups.ts";

const SECRET_KEY = "sk_test_4eC39HqLyjWDarjtT1zdp7dc";
const WEBHOOK_SECRET = "whsec_0123456789abcdef0123456789abcdef";

let stripe: FakeStripe;
let shop: Shop;
beforeAll(async () => {
  stripe = await startFakeStripe(SECRET_KEY);
  const settings = { secretKey: SECRET_KEY, webhookSecret: WEBHOOK_SECRET, apiBase: stripe.apiBase };
  shop = await openShop({ payments: { provider: "stripe", stripe: settings, currency: "USD", creditPriceMinor: 150, minCredits: 5, maxCredits: 1_000 } });
});
afterAll(async () => {
  expect(await auditLedger(shop.rt)).toEqual([]);
  await shop.close();
  await stripe.close();
});

let nth = 0;
/** Delivers an event, signed as Stripe signs, and processes it. */
async function deliver(type: string, object: unknown): Promise<void> {
  nth += 1;
  const { body, signature } = stripeWebhook(WEBHOOK_SECRET, shop.rt.clock.now(), { id: `evt_${nth}`, type, object });
  expect(await postWebhook(shop, "stripe", body, { "stripe-signature": signature })).toBe(200);
  await processInbox(shop.rt);
}
const session = (id: string, intent: string, more: object = {}) => ({ id: `cs_${id}`, object: "checkout.session", client_reference_id: id, metadata: { top_up_id: id }, payment_intent: intent, payment_status: "paid", amount_total: 1500, currency: "usd", ...more });
const intentOf = (id: string, intent: string, more: object = {}) => ({ id: intent, object: "payment_intent", amount: 1500, amount_received: 1500, currency: "usd", metadata: { top_up_id: id }, last_payment_error: null, ...more });
const charge = (id: string, intent: string, more: object = {}) => ({ id: `ch_${id}`, object: "charge", payment_intent: intent, currency: "usd", amount: 1500, amount_refunded: 0, metadata: { top_up_id: id }, customer: null, payment_method: "pm_1", payment_method_details: { type: "card", card: { brand: "visa", last4: "4242" } }, ...more });
const dispute = (intent: string, status: string) => ({ id: `dp_${intent}`, object: "dispute", payment_intent: intent, charge: "ch_1", amount: 1500, currency: "usd", reason: "fraudulent", status });

const begin = async (person: Person, saveMethod = false) => (await createTopUp(shop.rt, person.actor, { credits: credits(10).toString(), saveMethod })).id;

it("opens a Checkout Session for what was asked, under the top-up's key", async () => {
  const person = await shop.person();
  const { id, checkoutUrl } = await createTopUp(shop.rt, person.actor, { credits: credits(10).toString(), saveMethod: true });
  expect(checkoutUrl).toMatch(/^https:\/\/checkout\.stripe\.com\/c\/pay\/cs_test_/);
  const { idempotencyKey, authorization, body } = stripe.requests.at(-1) ?? { body: {} };
  expect({ idempotencyKey, authorization }).toEqual({ idempotencyKey: `checkout-${id}`, authorization: `Bearer ${SECRET_KEY}` });
  expect(body).toEqual({
    mode: "payment",
    client_reference_id: id,
    "line_items[0][quantity]": "1",
    "line_items[0][price_data][currency]": "usd",
    "line_items[0][price_data][unit_amount]": "1500",
    "line_items[0][price_data][product_data][name]": "10 credits",
    success_url: `${shop.url}/billing?topup=${id}`,
    cancel_url: `${shop.url}/billing?topup=${id}`,
    expires_at: String(shop.rt.clock.now().getTime() / 1000 + 3600),
    "metadata[top_up_id]": id,
    "payment_intent_data[metadata][top_up_id]": id,
    "payment_intent_data[metadata][save_method]": "1",
    "payment_intent_data[setup_future_usage]": "off_session",
    customer_creation: "always",
  });
});

it("credits once what several events tell of one payment", async () => {
  const person = await shop.person();
  const id = await begin(person);
  await deliver("payment_intent.payment_failed", intentOf(id, "pi_1", { last_payment_error: { code: "card_declined" } }));
  expect(await shop.status(person, id)).toBe("created");
  await deliver("payment_intent.succeeded", intentOf(id, "pi_1"));
  await deliver("checkout.session.completed", session(id, "pi_1"));
  await deliver("charge.succeeded", charge(id, "pi_1"));
  await deliver("invoice.paid", { id: "in_1", object: "invoice" });
  expect(await shop.available(person)).toBe(credits(10));
  expect(await getTopUp(shop.rt, person.actor, { id })).toMatchObject({ status: "paid", amountMinor: 1500 });
  expect((await getAutoTopUp(shop.rt, person.actor)).methodLabel).toBeNull();
});

it("waits for a debit that takes days, and takes its end", async () => {
  const [good, bad] = [await shop.person(), await shop.person()];
  const [paid, failed] = [await begin(good), await begin(bad)];
  for (const [id, intent] of [[paid, "pi_slow_1"], [failed, "pi_slow_2"]] as const) await deliver("checkout.session.completed", session(id, intent, { payment_status: "unpaid" }));
  expect([await shop.status(good, paid), await shop.available(good)]).toEqual(["created", 0n]);
  shop.rt.clock.advance(3 * 24 * 3_600_000);
  await deliver("checkout.session.async_payment_succeeded", session(paid, "pi_slow_1"));
  await deliver("checkout.session.async_payment_failed", session(failed, "pi_slow_2", { payment_status: "unpaid" }));
  expect([await shop.status(good, paid), await shop.available(good)]).toEqual(["paid", credits(10)]);
  expect([await shop.status(bad, failed), await shop.available(bad)]).toEqual(["failed", 0n]);
  const left = await begin(bad);
  await deliver("checkout.session.expired", session(left, "pi_none", { payment_intent: null, payment_status: "unpaid" }));
  expect(await shop.status(bad, left)).toBe("expired");
});

it("refuses signatures that are missing, wrong, of another secret or too old", async () => {
  const person = await shop.person();
  const id = await begin(person);
  const now = shop.rt.clock.now();
  const event = { id: "evt_forged", type: "checkout.session.completed", object: session(id, "pi_forged") };
  const { body, signature } = stripeWebhook(WEBHOOK_SECRET, now, event);
  const refused: [string, Record<string, string>][] = [
    [body, {}],
    [body, { "stripe-signature": "t=1,v1=00" }],
    [body, { "stripe-signature": signature.replace(/v1=./, (part) => (part === "v1=0" ? "v1=1" : "v1=0")) }],
    [body, { "stripe-signature": signature.replace("v1=", "v0=") }],
    [body.replace("1500", "1501"), { "stripe-signature": signature }],
    [body, { "stripe-signature": stripeWebhook("whsec_of_another_endpoint", now, event).signature }],
    [stripeWebhook(WEBHOOK_SECRET, new Date(now.getTime() - 301_000), event).body, { "stripe-signature": stripeWebhook(WEBHOOK_SECRET, new Date(now.getTime() - 301_000), event).signature }],
    [stripeWebhook(WEBHOOK_SECRET, new Date(now.getTime() + 301_000), event).body, { "stripe-signature": stripeWebhook(WEBHOOK_SECRET, new Date(now.getTime() + 301_000), event).signature }],
  ];
  for (const [text, headers] of refused) expect(await postWebhook(shop, "stripe", text, headers)).toBe(400);
  expect(await shop.rt.db.prisma.paymentEvent.count({ where: { eventId: "evt_forged" } })).toBe(0);
  // The same, replayed when the signature is old.
  expect(await postWebhook(shop, "stripe", body, { "stripe-signature": signature })).toBe(200);
  shop.rt.clock.advance(10 * 60_000);
  expect(await postWebhook(shop, "stripe", body, { "stripe-signature": signature })).toBe(400);
});

it("takes credits back for refunds and disputes begun at Stripe, and gives them back when a dispute is won", async () => {
  const person = await shop.person();
  const id = await begin(person);
  // Both before it is known that it was paid.
  await deliver("charge.refunded", charge(id, "pi_back", { amount_refunded: 300 }));
  await deliver("charge.dispute.created", dispute("pi_back", "needs_response"));
  expect([await shop.status(person, id), await shop.available(person)]).toEqual(["created", 0n]);
  await deliver("checkout.session.completed", session(id, "pi_back"));
  expect([await shop.status(person, id), await shop.available(person)]).toEqual(["disputed", 0n]);
  await deliver("charge.dispute.closed", dispute("pi_back", "won"));
  await deliver("charge.dispute.created", dispute("pi_back", "needs_response"));
  expect([await shop.status(person, id), await shop.available(person)]).toEqual(["paid", credits(8)]);
  await deliver("refund.created", { id: "re_1", object: "refund", payment_intent: "pi_back", amount: 300, currency: "usd", status: "succeeded", metadata: {} });
  expect(await shop.available(person)).toBe(credits(8));
  await deliver("charge.refunded", charge(id, "pi_back", { amount_refunded: 1500 }));
  expect([await shop.status(person, id), await shop.available(person)]).toEqual(["refunded", 0n]);
});

it("takes nothing back for a bank's mere inquiry, all for a dispute that is lost, and nothing more for a refund that failed", async () => {
  const person = await shop.person();
  const id = await begin(person);
  await deliver("payment_intent.succeeded", intentOf(id, "pi_lost"));
  await deliver("charge.dispute.created", dispute("pi_lost", "warning_needs_response"));
  await deliver("charge.dispute.closed", dispute("pi_lost", "warning_closed"));
  expect(await shop.available(person)).toBe(credits(10));
  await deliver("refund.updated", { id: "re_f", object: "refund", payment_intent: "pi_lost", amount: 600, currency: "usd", status: "pending", metadata: null });
  expect(await shop.available(person)).toBe(credits(6));
  await deliver("refund.failed", { id: "re_f", object: "refund", payment_intent: "pi_lost", amount: 600, currency: "usd", status: "failed", failure_reason: "lost_or_stolen_card", metadata: null });
  expect(await shop.available(person)).toBe(credits(10));
  await deliver("charge.dispute.closed", dispute("pi_lost", "lost"));
  expect([await shop.status(person, id), await shop.available(person)]).toEqual(["disputed", 0n]);
});

it("charges a saved card off-session, once over dropped connections, and knows a refusal from an outage", async () => {
  const person = await shop.person();
  const id = await begin(person, true);
  await deliver("charge.succeeded", charge(id, "pi_saved", { customer: "cus_1", metadata: { top_up_id: id, save_method: "1" } }));
  await deliver("checkout.session.completed", session(id, "pi_saved"));
  expect((await getAutoTopUp(shop.rt, person.actor)).methodLabel).toBe("Visa •••• 4242");
  await setAutoTopUp(shop.rt, person.actor, { enabled: true, threshold: credits(20).toString(), credits: credits(15).toString(), monthlyCap: credits(100).toString() });

  stripe.faults.push("drop", "unavailable");
  await runAutoTopUps(shop.rt);
  const asked = stripe.requests.filter((request) => request.path === "/v1/payment_intents");
  expect(asked).toHaveLength(3);
  expect(new Set(asked.map((request) => request.idempotencyKey)).size).toBe(1);
  expect(asked[0]?.body).toMatchObject({ amount: "2250", currency: "usd", customer: "cus_1", payment_method: "pm_1", off_session: "true", confirm: "true", "metadata[automatic]": "1" });
  expect(stripe.charged.size).toBe(1);
  expect(await shop.available(person)).toBe(credits(25));
  // The webhook tells the same again.
  const automatic = await shop.rt.db.prisma.topUp.findFirstOrThrow({ where: { organizationId: person.organizationId, userId: null } });
  await deliver("payment_intent.succeeded", intentOf(automatic.id, automatic.paymentRef ?? "", { amount_received: 2250 }));
  expect(await shop.available(person)).toBe(credits(25));

  stripe.declines.set("pm_1", "authentication_required");
  await setAutoTopUp(shop.rt, person.actor, { enabled: true, threshold: credits(50).toString(), credits: credits(15).toString(), monthlyCap: credits(100).toString() });
  shop.rt.clock.advance(3_600_000);
  await runAutoTopUps(shop.rt);
  expect(await getAutoTopUp(shop.rt, person.actor)).toMatchObject({ failures: 1, lastFailure: "authentication_required", pending: false });

  stripe.declines.clear();
  stripe.faults.push("unavailable", "unavailable", "unavailable");
  shop.rt.clock.advance(3_600_000);
  await runAutoTopUps(shop.rt);
  expect(await getAutoTopUp(shop.rt, person.actor)).toMatchObject({ failures: 1, pending: true });
  shop.rt.clock.advance(60_000);
  await runAutoTopUps(shop.rt);
  expect(await getAutoTopUp(shop.rt, person.actor)).toMatchObject({ failures: 0, pending: false });
  expect(await shop.available(person)).toBe(credits(40));
});

it("refunds through Stripe, and gives credits back when Stripe refuses", async () => {
  const person = await shop.person();
  const id = await begin(person);
  stripe.charged.set("pi_refund", 1000);
  await deliver("checkout.session.completed", session(id, "pi_refund"));
  const refund = (amountMinor: number, idempotencyKey: string) => refundPayment(shop.rt, person.actor, { id, amountMinor, reason: "asked for it", idempotencyKey });
  const key = "5b0f9f4e-0c3f-4c53-9a4c-2f0f6a3f0001";
  await refund(600, key);
  await refund(600, key);
  expect(stripe.requests.at(-1)).toMatchObject({ path: "/v1/refunds", idempotencyKey: `refund-${key}`, body: { payment_intent: "pi_refund", amount: "600", "metadata[refund_key]": key, "metadata[top_up_id]": id } });
  await deliver("refund.created", { id: "re_ours", object: "refund", payment_intent: "pi_refund", amount: 600, currency: "usd", status: "succeeded", metadata: { refund_key: key, top_up_id: id } });
  await deliver("charge.refunded", charge(id, "pi_refund", { amount_refunded: 600 }));
  expect(await shop.available(person)).toBe(credits(6));
  // Stripe knows of less than we do.
  expect(await refund(900, "5b0f9f4e-0c3f-4c53-9a4c-2f0f6a3f0002")).toMatchObject({ status: "paid", refundedMinor: 600 });
  expect(await shop.available(person)).toBe(credits(6));
});

it("says nothing of keys and secrets when Stripe refuses ours", async () => {
  const person = await shop.person();
  stripe.faults.push("unauthorized");
  const error = await createTopUp(shop.rt, person.actor, { credits: credits(10).toString(), saveMethod: false }).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(AppError);
  expect(error).toMatchObject({ code: "SERVICE_UNAVAILABLE" });
  expect((error as Error).cause).toBeUndefined();
  expect(String((error as Error).stack)).not.toContain(SECRET_KEY);
  await processInbox(shop.rt);
  const failed = await shop.rt.db.prisma.topUp.findFirstOrThrow({ where: { organizationId: person.organizationId } });
  expect(failed).toMatchObject({ status: "failed", failure: "provider_unavailable", checkoutUrl: null });
  try {
    requireProvider(shop.rt).readWebhook("{}", { "stripe-signature": "t=1,v1=00" });
    expect.unreachable();
  } catch (thrown) {
    expect(JSON.stringify([thrown, (thrown as Error).stack])).not.toContain(WEBHOOK_SECRET);
  }
});
