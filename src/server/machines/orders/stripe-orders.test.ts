import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { sendSaleRequests } from "#server/billing/payments/sales/sale-requests.ts";
import { type FakeStripe, startFakeStripe, stripeWebhook } from "#server/billing/payments/testing/fake-stripe.ts";
import { postWebhook } from "#server/billing/payments/testing/shop.ts";
import { type Bought, openStall, type Stall, type StallMachine } from "../testing/stall.ts";
import { cancelOrder } from "./guest-orders.ts";
import { settleOrder } from "./settle-order.ts";

const SECRET_KEY = "sk_test_4eC39HqLyjWDarjtT1zdp7dc";
const WEBHOOK_SECRET = "whsec_0123456789abcdef0123456789abcdef";

let stripe: FakeStripe;
let stall: Stall;
let machine: StallMachine;
beforeAll(async () => {
  stripe = await startFakeStripe(SECRET_KEY);
  stall = await openStall({ payments: { provider: "stripe", stripe: { secretKey: SECRET_KEY, webhookSecret: WEBHOOK_SECRET, apiBase: stripe.apiBase }, currency: "USD", creditPriceMinor: 100, minCredits: 5, maxCredits: 1_000 } });
  machine = await stall.machine();
  await stall.rt.db.prisma.slot.updateMany({ where: { machineId: machine.id, productId: { not: null } }, data: { capacity: 99, count: 50 } });
});
beforeEach(() => void stripe.faults.splice(0));
afterAll(async () => {
  await stall.close();
  await stripe.close();
});

let nth = 0;
/** Delivers an event, signed as Stripe signs, and lets everything run. */
async function deliver(type: string, object: object): Promise<void> {
  nth += 1;
  const { body, signature } = stripeWebhook(WEBHOOK_SECRET, stall.rt.clock.now(), { id: `evt_${nth}`, type, object });
  expect(await postWebhook(stall.shop, "stripe", body, { "stripe-signature": signature })).toBe(200);
  await stall.settle(machine);
}
const ref = ({ orderId }: Bought) => `pi_${orderId}`;
const intent = (bought: Bought, more: object) => ({ id: ref(bought), object: "payment_intent", currency: "usd", metadata: { order_id: bought.orderId }, last_payment_error: null, cancellation_reason: null, ...more });
/** The payer's bank promises it, and Stripe tells so. */
async function authorize(bought: Bought, amount: number): Promise<void> {
  stripe.intents.set(ref(bought), { amount, status: "requires_capture", received: 0 });
  await deliver("payment_intent.amount_capturable_updated", intent(bought, { status: "requires_capture", amount, amount_capturable: amount, amount_received: 0 }));
}
const calls = (path: string) => stripe.requests.filter((request) => request.path.endsWith(path));

it("opens a session that only authorises, and stands long enough for Stripe", async () => {
  const bought = await stall.order(machine, ["A1", "A1"]);
  const { idempotencyKey, body } = stripe.requests.at(-1) ?? { body: {} as Record<string, string> };
  expect(idempotencyKey).toBe(`checkout-${bought.orderId}`);
  expect(body).toMatchObject({
    "payment_intent_data[capture_method]": "manual",
    "payment_intent_data[metadata][order_id]": bought.orderId,
    client_reference_id: bought.orderId,
    "line_items[0][price_data][unit_amount]": "300",
    "line_items[0][price_data][product_data][name]": "Machine: 2 × Bar",
    success_url: `${stall.shop.url}/m/${machine.slug}/orders/${bought.orderId}`,
  });
  expect(Number(body.expires_at) - stall.rt.clock.now().getTime() / 1000).toBeGreaterThan(30 * 60);
  await cancelOrder(stall.rt, bought);
  expect(stripe.requests.at(-1)?.path).toMatch(/\/expire$/);
});

it("captures what came out, once, whatever is told of it and how often", async () => {
  machine.device.ends.set("A2", [{ phase: "failed", code: "JAM" }]);
  const bought = await stall.order(machine, ["A1", "A2"]);
  await deliver("checkout.session.completed", { id: "cs_1", object: "checkout.session", client_reference_id: bought.orderId, metadata: { order_id: bought.orderId }, payment_intent: ref(bought), payment_status: "unpaid", amount_total: 350, currency: "usd" });
  expect((await stall.now(bought)).status).toBe("created");
  await authorize(bought, 350);
  expect(await stall.now(bought)).toMatchObject({ status: "dispensed", paymentState: "captured", capturedMinor: 150, captured: "1500000" });
  const captures = calls(`${ref(bought)}/capture`);
  expect(captures.map(({ body, idempotencyKey }) => [body.amount_to_capture, idempotencyKey])).toEqual([["150", `capture-${bought.orderId}`]]);
  await deliver("payment_intent.succeeded", intent(bought, { status: "succeeded", amount: 350, amount_received: 150 }));
  await deliver("payment_intent.amount_capturable_updated", intent(bought, { status: "requires_capture", amount: 350, amount_capturable: 350, amount_received: 0 }));
  // What was not captured, as Stripe counts it.
  await deliver("charge.refunded", { id: "ch_1", object: "charge", payment_intent: ref(bought), currency: "usd", amount: 350, amount_refunded: 200, metadata: { order_id: bought.orderId } });
  expect(await stall.now(bought)).toMatchObject({ status: "dispensed", paymentState: "captured", capturedMinor: 150, refundedMinor: 0 });
  expect(calls(`${ref(bought)}/capture`)).toHaveLength(1);
});

it("asks again when the answer is lost, with the same key", async () => {
  const bought = await stall.order(machine, ["A1"]);
  stripe.faults.push(...Array(8).fill("unavailable"));
  await authorize(bought, 150);
  expect(await stall.now(bought)).toMatchObject({ status: "dispensed", paymentState: "authorized", capturedMinor: 0, receiptNumber: null });
  stripe.faults.splice(0);
  stripe.faults.push("drop");
  await sendSaleRequests(stall.rt, settleOrder);
  expect(await stall.now(bought)).toMatchObject({ paymentState: "captured", capturedMinor: 150, receiptNumber: expect.stringMatching(/^O-/) });
  expect(new Set(calls(`${ref(bought)}/capture`).map((request) => request.idempotencyKey)).size).toBe(1);
  expect(stripe.intents.get(ref(bought))).toMatchObject({ received: 150 });
});

it("lets an authorisation go when nothing came out; one that Stripe has let go already is as good", async () => {
  for (const gone of [false, true]) {
    machine.device.ends.set("A1", [{ phase: "failed", code: "EMPTY" }]);
    const bought = await stall.order(machine, ["A1"]);
    await machine.device.offline();
    stripe.intents.set(ref(bought), { amount: 150, status: gone ? "canceled" : "requires_capture", received: 0 });
    await deliver("payment_intent.amount_capturable_updated", intent(bought, { status: "requires_capture", amount: 150, amount_capturable: 150, amount_received: 0 }));
    await machine.device.online();
    expect(await stall.now(bought)).toMatchObject({ status: "refunded", paymentState: "voided" });
    expect(stripe.intents.get(ref(bought))?.status).toBe("canceled");
    machine.device.ends.clear();
  }
});

it("says so when the authorisation was gone before what came out could be captured", async () => {
  const bought = await stall.order(machine, ["A1"]);
  stripe.intents.set(ref(bought), { amount: 150, status: "canceled", received: 0 });
  await deliver("payment_intent.amount_capturable_updated", intent(bought, { status: "requires_capture", amount: 150, amount_capturable: 150, amount_received: 0 }));
  expect(await stall.now(bought)).toMatchObject({ status: "dispensed", paymentState: "voided", capturedMinor: 0, captured: "0", receiptNumber: null });
});

it("pays only for the order that the payment names", async () => {
  const [mine, other] = [await stall.order(machine, ["A1"]), await stall.order(machine, ["A1"])];
  await authorize(mine, 150);
  expect([(await stall.now(mine)).status, (await stall.now(other)).status]).toEqual(["dispensed", "created"]);
  await deliver("payment_intent.succeeded", { ...intent(other, { status: "succeeded", amount_received: 150 }), id: "pi_foreign", metadata: {} });
  expect((await stall.now(other)).status).toBe("created");
});
