import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import { credits } from "#shared/credits.ts";
import { listHistory } from "#server/billing/history.ts";
import { factOf, type PaymentFact } from "#server/billing/payments/payment-fact.ts";
import { postWebhook } from "#server/billing/payments/testing/shop.ts";
import { signTestWebhook } from "#server/billing/payments/test-provider/test-signature.ts";
import { readPdf } from "#server/billing/testing/pdf-text.ts";
import type { UserActor } from "#server/identity/actor.ts";
import { voidLeftoverHold } from "#server/platform/holds.ts";
import { makePerson } from "#server/testing/people.ts";
import { type Bought, openStall, type Stall, type StallMachine } from "../testing/stall.ts";
import { getOrderReceipt } from "./order-receipt.ts";
import { refundOrder } from "./order-refunds.ts";
import { getAnyOrder, getOrder, listOrders, listOrdersOfAll } from "./orders.ts";

let stall: Stall;
let admin: UserActor;
let machine: StallMachine;
beforeAll(async () => {
  stall = await openStall();
  admin = (await makePerson(stall.rt, { platformRole: "admin" })).actor;
  machine = await stall.machine();
  await stall.rt.db.prisma.slot.updateMany({ where: { machineId: machine.id, productId: { not: null } }, data: { capacity: 99, count: 50 } });
});
afterAll(() => stall.close());

async function sold(slots: readonly string[]): Promise<Bought> {
  const bought = await stall.order(machine, slots);
  await stall.pay(bought);
  await stall.settle(machine);
  expect((await stall.now(bought)).status).toBe("dispensed");
  return bought;
}
let nth = 0;
/** Something the provider says, as often as is wanted. */
async function told(about: { orderId?: string; paymentRef?: string | null }, fact: PaymentFact, times = 1): Promise<void> {
  nth += 1;
  const body = JSON.stringify({ id: `evt_test_made-up-${nth}`, type: "made.up", at: stall.rt.clock.now().toISOString(), topUpId: null, orderId: null, paymentRef: null, ...about, fact });
  for (let time = 0; time < times; time += 1) expect(await postWebhook(stall.shop, "test", body, { "test-signature": signTestWebhook(stall.rt.config, body, stall.rt.clock.now()) })).toBe(200);
  await stall.settle(machine);
}
const paymentRefOf = async (bought: Bought) => (await getAnyOrder(stall.rt, bought.orderId)).paymentRef;
const refund = (bought: Bought, more: object) => refundOrder(stall.rt, admin, { id: bought.orderId, reason: "It was stale", idempotencyKey: randomUUID(), ...more });

it("gives a card's money back by hand, in part and then all that is left, once for each key", async () => {
  const bought = await sold(["A1", "A3"]);
  const key = randomUUID();
  expect(await refund(bought, { amountMinor: 150, idempotencyKey: key })).toMatchObject({ status: "dispensed", paymentState: "captured", capturedMinor: 450, refundedMinor: 150, refundable: { minor: 300 } });
  await stall.settle(machine);
  expect(await refund(bought, { amountMinor: 150, idempotencyKey: key })).toMatchObject({ refundedMinor: 150 });
  await expect(refund(bought, { amountMinor: 151, idempotencyKey: key })).rejects.toMatchObject({ code: "CONFLICT" });
  await expect(refund(bought, { amountMinor: 301 })).rejects.toMatchObject({ code: "INVALID_REQUEST" });
  await expect(refund(bought, { amount: "1" })).rejects.toMatchObject({ code: "INVALID_REQUEST" });
  expect(await refund(bought, {})).toMatchObject({ status: "refunded", paymentState: "refunded", refundedMinor: 450, refundable: { minor: 0 } });
  await stall.settle(machine);
  await expect(refund(bought, {})).rejects.toMatchObject({ code: "INVALID_STATE" });
  expect(await stall.money(bought.orderId)).toEqual({ status: "succeeded", taken: 450, back: 450 });
  expect(await stall.rt.db.prisma.auditEntry.count({ where: { action: "order.refund", subjectId: bought.orderId } })).toBe(2);
});

it("counts a refund once, however often and by however many events it is told; one made at the provider's pages too", async () => {
  const bought = await sold(["A3"]);
  const ref = await paymentRefOf(bought);
  await told({ orderId: bought.orderId, paymentRef: ref }, factOf("refunded", { amountMinor: 100, currency: "USD", partRef: "re_by_hand" }), 3);
  await told({ paymentRef: ref }, factOf("refunded", { amountMinor: 100, currency: "USD", partRef: "re_by_hand" }));
  expect(await stall.now(bought)).toMatchObject({ paymentState: "captured", capturedMinor: 300, refundedMinor: 100 });
  await told({ orderId: bought.orderId, paymentRef: ref }, factOf("refunded", { amountMinor: 300, currency: "USD", cumulative: true }));
  expect(await stall.now(bought)).toMatchObject({ refundedMinor: 100 });
});

it("does not take what was never captured for a refund", async () => {
  machine.device.ends.set("A2", [{ phase: "failed", code: "JAM" }]);
  const bought = await sold(["A1", "A2"]);
  await told({ orderId: bought.orderId, paymentRef: await paymentRefOf(bought) }, factOf("refunded", { amountMinor: 200, currency: "USD", partRef: "re_released" }));
  expect(await stall.now(bought)).toMatchObject({ paymentState: "captured", capturedMinor: 150, refundedMinor: 0 });
});

it("gives back what somebody took at the provider's pages before anything came out", async () => {
  machine.device.ends.set("A1", [{ phase: "failed", code: "JAM" }]);
  const bought = await stall.order(machine, ["A1"]);
  await stall.pay(bought);
  await stall.settle();
  const { paymentRef } = await stall.rt.db.prisma.testPayment.findFirstOrThrow({ where: { orderId: bought.orderId } });
  await stall.rt.db.prisma.testPayment.updateMany({ where: { orderId: bought.orderId }, data: { status: "succeeded", capturedMinor: 150 } });
  await told({ orderId: bought.orderId, paymentRef }, factOf("captured", { amountMinor: 150, currency: "USD" }));
  expect(await stall.now(bought)).toMatchObject({ status: "refunded", paymentState: "refunded", capturedMinor: 150, refundedMinor: 150, captured: "0" });
  expect(await stall.money(bought.orderId)).toEqual({ status: "succeeded", taken: 150, back: 150 });
});

it("marks what the payer's bank takes back, and that it was won", async () => {
  const bought = await sold(["A1"]);
  const paymentRef = await paymentRefOf(bought);
  await told({ paymentRef }, factOf("disputed", { amountMinor: 150, currency: "USD", partRef: "dp_1" }), 2);
  expect(await getAnyOrder(stall.rt, bought.orderId)).toMatchObject({ disputed: true });
  await expect(refund(bought, {})).rejects.toMatchObject({ code: "INVALID_STATE" });
  await told({ paymentRef }, factOf("dispute_won", { amountMinor: 150, currency: "USD", partRef: "dp_1" }));
  expect(await getAnyOrder(stall.rt, bought.orderId)).toMatchObject({ disputed: false });
});

it("tells an administrator when a refund is refused, and tries again by hand", async () => {
  const bought = await sold(["A1"]);
  // At the provider somebody has refunded it already, and its word has not come.
  const { paymentRef } = await stall.rt.db.prisma.testPayment.findFirstOrThrow({ where: { orderId: bought.orderId, kind: "checkout" } });
  await stall.rt.db.prisma.testPayment.updateMany({ where: { paymentRef }, data: { capturedMinor: 50 } });
  expect(await refund(bought, { amountMinor: 150 })).toMatchObject({ paymentState: "refund_failed", refundedMinor: 0 });
  expect(await stall.rt.db.prisma.event.findFirstOrThrow({ where: { type: "order.refund.failed", subject: bought.orderId } })).toMatchObject({ data: { reason: "refund_refused" } });
  await stall.rt.db.prisma.testPayment.updateMany({ where: { paymentRef, kind: "checkout" }, data: { capturedMinor: 150 } });
  expect(await refund(bought, {})).toMatchObject({ paymentState: "refunded", refundedMinor: 150 });
});

it("gives credits back into the lots they came from, and shows purchases in the history", async () => {
  const person = await makePerson(stall.rt, { welcome: credits(10) });
  const bought = await stall.order(machine, ["A1", "A2"], person);
  await stall.settle(machine);
  expect(await refund(bought, { amount: "2000000" })).toMatchObject({ status: "dispensed", paymentState: "captured", refunded: "2000000", refundable: { credits: "1500000" } });
  const key = randomUUID();
  expect(await refund(bought, { idempotencyKey: key })).toMatchObject({ status: "refunded", paymentState: "refunded", refunded: "3500000" });
  expect(await refund(bought, { idempotencyKey: key })).toMatchObject({ refunded: "3500000" });
  await expect(refund(bought, {})).rejects.toMatchObject({ code: "INVALID_STATE" });
  expect(await stall.shop.available(person)).toBe(credits(10));
  const { data } = await listHistory(stall.rt, person.actor, { limit: 10 });
  expect(data.slice(-3).map((entry) => [entry.kind, entry.amount, entry.subjectType])).toEqual([["sale", "-2000000", "machine_order"], ["sale", "-1500000", "machine_order"], ["grant", "10000000", "organization"]]);
  expect(new Set(data.slice(0, -3).map((entry) => entry.kind))).toEqual(new Set(["reversal"]));
  expect(data.slice(0, -3).reduce((sum, entry) => sum + BigInt(entry.amount), 0n)).toBe(3_500_000n);
});

it("does not give back by hand what is held for an order that is under way; one that is gone all the same is not charged", async () => {
  const person = await makePerson(stall.rt, { welcome: credits(10) });
  const bought = await stall.order(machine, ["A1"], person);
  const { holdId } = await stall.rt.db.prisma.machineOrder.findUniqueOrThrow({ where: { id: bought.orderId } });
  await expect(voidLeftoverHold(stall.rt, admin, { id: holdId ?? "", reason: "Left over" })).rejects.toMatchObject({ code: "INVALID_STATE" });
  await stall.settle(machine);
  expect(await stall.shop.available(person)).toBe(credits(10) - 1_500_000n);
});

it("writes a receipt of what was paid, in both languages, for who has the secret", async () => {
  machine.device.ends.set("A2", [{ phase: "failed", code: "JAM" }]);
  const bought = await sold(["A1", "A2"]);
  await refund(bought, { amountMinor: 50 });
  for (const [language, words] of [["en", ["Receipt", "Not charged", "Refunded"]], ["ko", ["영수증", "결제되지", "환불"]]] as const) {
    const { fileName, base64 } = await getOrderReceipt(stall.rt, { ...bought, language });
    const { receiptNumber } = await stall.now(bought);
    expect(fileName).toBe(`receipt-${receiptNumber}.pdf`);
    const { text } = readPdf(Buffer.from(base64, "base64"));
    for (const word of [...words, receiptNumber ?? "", "Bar", "1.50", "1.00"]) expect(text).toContain(word);
  }
  await expect(getOrderReceipt(stall.rt, { orderId: bought.orderId, secret: "guess", language: "en" })).rejects.toMatchObject({ code: "NOT_FOUND" });
  const unpaid = await stall.order(machine, ["A1"]);
  await expect(getOrderReceipt(stall.rt, { ...unpaid, language: "en" })).rejects.toMatchObject({ code: "NOT_FOUND" });
});

it("lists orders for who runs the machines: the organization its own, administrators all", async () => {
  const actor = { organizationId: machine.organizationId };
  const other = await stall.machine();
  const foreign = await stall.order(other, ["A1"]);
  const first = await listOrders(stall.rt, actor, { limit: 3, machineId: machine.id });
  const second = await listOrders(stall.rt, actor, { limit: 100, cursor: first.nextCursor ?? "" });
  const ids = [...first.data, ...second.data].map((order) => order.id);
  expect(ids).toEqual(ids.toSorted().toReversed());
  expect(ids).not.toContain(foreign.orderId);
  await expect(getOrder(stall.rt, actor, { id: foreign.orderId })).rejects.toMatchObject({ code: "NOT_FOUND" });
  await expect(listOrders(stall.rt, actor, { limit: 3, cursor: "x" })).rejects.toMatchObject({ code: "INVALID_REQUEST" });
  const detail = await getOrder(stall.rt, actor, { id: ids.at(-1) ?? "" });
  expect(detail.lines.map((line) => [line.slot, line.command?.state])).toEqual([["A1", "done"], ["A3", "done"]]);
  expect((await listOrdersOfAll(stall.rt, { page: 1, limit: 5, search: foreign.orderId })).data).toMatchObject([{ id: foreign.orderId, organizationName: "Test & Sons" }]);
  expect((await listOrdersOfAll(stall.rt, { page: 1, limit: 5, status: "created", machineId: other.id })).pagination.total).toBe(1);
});
