import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import { credits } from "#shared/credits.ts";
import { MAX_PIECES } from "#shared/machines/storefront.ts";
import { getTestCheckout, payTestCheckout } from "#server/billing/payments/test-provider/test-checkout.ts";
import { makePerson } from "#server/testing/people.ts";
import { cancelOrder, getGuestOrder, mayWatchOrder } from "../orders/guest-orders.ts";
import { advanceOrders } from "../orders/orders-worker.ts";
import { openStall, type Stall, type StallMachine } from "../testing/stall.ts";
import { checkout } from "./checkout.ts";
import { getStorefront } from "./storefront.ts";

let stall: Stall;
beforeAll(async () => void (stall = await openStall()));
afterAll(() => stall.close());

const shown = async (machine: StallMachine, slot = "A1") => {
  const product = (await getStorefront(stall.rt, null, { slug: machine.slug })).products.find((one) => one.slot === slot);
  if (!product) throw new Error("not shown");
  return product;
};
const line = async (machine: StallMachine, slot = "A1") => {
  const { productId, price } = await shown(machine, slot);
  return { slot, productId, price };
};
const inputOf = async (machine: StallMachine, slots: readonly string[] = ["A1"]) => ({ slug: machine.slug, lines: await Promise.all(slots.map((slot) => line(machine, slot))), payment: "card" as const, idempotencyKey: randomUUID() });
const update = (machine: StallMachine, data: object) => stall.rt.db.prisma.machine.update({ where: { id: machine.id }, data });

it("shows what a machine sells, to guests and to those who are signed in", async () => {
  const machine = await stall.machine();
  const front = await getStorefront(stall.rt, null, { slug: machine.slug });
  expect(front).toMatchObject({ machineId: machine.id, state: "open", payments: { card: { provider: "test", currency: "USD" }, credits: null }, maxPieces: MAX_PIECES });
  expect(front.products.map(({ slot, price, priceMinor, available, disabled }) => ({ slot, price, priceMinor, available, disabled }))).toEqual([
    { slot: "A1", price: "1500000", priceMinor: 150, available: 5, disabled: false },
    { slot: "A2", price: "2000000", priceMinor: 200, available: 5, disabled: false },
    { slot: "A3", price: "3000000", priceMinor: 300, available: 5, disabled: false },
  ]);
  const person = await makePerson(stall.rt, { welcome: credits(7) });
  expect((await getStorefront(stall.rt, person.actor, { slug: machine.slug })).payments.credits).toEqual({ available: credits(7).toString() });
  await stall.order(machine, ["A1", "A1"]);
  expect((await shown(machine)).available).toBe(3);
  await expect(getStorefront(stall.rt, null, { slug: "nothing-here" })).rejects.toMatchObject({ code: "NOT_FOUND" });
});

it.each([
  ["offline", { status: "offline" }],
  ["closed", { salesOpen: false }],
  ["decommissioned", { status: "decommissioned" }],
] as const)("sells nothing while the machine is %s", async (state, change) => {
  const machine = await stall.machine();
  const input = await inputOf(machine);
  await update(machine, change);
  const front = await getStorefront(stall.rt, null, { slug: machine.slug });
  expect(front.state).toBe(state);
  if (state === "decommissioned") expect(front.products).toEqual([]);
  await expect(checkout(stall.rt, null, input)).rejects.toMatchObject({ code: "INVALID_STATE", extras: { reason: state } });
});

it("is not there before the machine was claimed", async () => {
  const machine = await stall.machine();
  const input = await inputOf(machine);
  for (const status of ["draft", "awaiting_claim"]) {
    await update(machine, { status });
    await expect(getStorefront(stall.rt, null, { slug: machine.slug })).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(checkout(stall.rt, null, input)).rejects.toMatchObject({ code: "NOT_FOUND" });
  }
});

it("refuses what has changed while the cart was open, and says how", async () => {
  const machine = await stall.machine();
  const input = await inputOf(machine, ["A1", "A2"]);
  await stall.rt.db.prisma.slot.updateMany({ where: { machineId: machine.id, code: "A1" }, data: { price: 1_900_000n } });
  await expect(checkout(stall.rt, null, input)).rejects.toMatchObject({ code: "CONFLICT", extras: { reason: "price_changed", prices: [{ slot: "A1", price: "1900000" }] } });
  await stall.rt.db.prisma.slot.updateMany({ where: { machineId: machine.id, code: "A1" }, data: { productId: input.lines[1]?.productId ?? null } });
  await expect(checkout(stall.rt, null, input)).rejects.toMatchObject({ code: "CONFLICT", extras: { reason: "product_changed", details: [{ field: "lines.0.productId" }] } });
  await stall.rt.db.prisma.slot.updateMany({ where: { machineId: machine.id, code: "A2" }, data: { disabledReason: "manual" } });
  await expect(checkout(stall.rt, null, { ...input, lines: [await line(machine, "A2")] })).rejects.toMatchObject({ code: "INVALID_STATE", extras: { reason: "disabled" } });
  await expect(checkout(stall.rt, null, { ...input, lines: [{ ...(await line(machine, "A3")), slot: "Z9" }] })).rejects.toMatchObject({ code: "NOT_FOUND", extras: { resource: "slot" } });
  await expect(stall.order(machine, Array(6).fill("A3"))).rejects.toMatchObject({ code: "INVALID_STATE", extras: { reason: "sold_out" } });
  expect(await stall.rt.db.prisma.machineOrder.count({ where: { machineId: machine.id } })).toBe(0);
  for (const slot of ["A1", "A2", "A3"]) expect((await stall.stock(machine, slot)).reserved).toBe(0);
});

it("keeps the price that was agreed, whatever it costs later", async () => {
  const machine = await stall.machine();
  const bought = await stall.order(machine, ["A1"]);
  await stall.rt.db.prisma.slot.updateMany({ where: { machineId: machine.id, code: "A1" }, data: { price: 9_000_000n } });
  await stall.pay(bought);
  await stall.settle(machine);
  expect(await stall.now(bought)).toMatchObject({ status: "dispensed", captured: "1500000", capturedMinor: 150 });
});

it("gives the last piece to one of many who want it at the same time", async () => {
  const machine = await stall.machine();
  await stall.rt.db.prisma.slot.updateMany({ where: { machineId: machine.id, code: "A1" }, data: { count: 1 } });
  const wanted = await Promise.allSettled(Array.from({ length: 6 }, async () => checkout(stall.rt, null, await inputOf(machine))));
  expect(wanted.filter((one) => one.status === "fulfilled")).toHaveLength(1);
  for (const one of wanted) if (one.status === "rejected") expect(one.reason).toMatchObject({ code: "INVALID_STATE", extras: { reason: "sold_out" } });
  expect(await stall.stock(machine, "A1")).toMatchObject({ count: 1, reserved: 1 });
});

it("answers a repetition with the same order and the same secret, also at the same time; another order under the key is refused", async () => {
  const machine = await stall.machine();
  const input = await inputOf(machine);
  const answers = await Promise.all([checkout(stall.rt, null, input), checkout(stall.rt, null, input), checkout(stall.rt, null, input)]);
  const again = await checkout(stall.rt, null, input);
  for (const answer of answers) expect([answer.order.id, answer.secret]).toEqual([again.order.id, again.secret]);
  expect(again.order.checkoutUrl).toBe(answers[0]?.order.checkoutUrl);
  expect(await stall.rt.db.prisma.testPayment.count({ where: { orderId: again.order.id } })).toBe(1);
  expect((await stall.stock(machine, "A1")).reserved).toBe(1);
  await expect(checkout(stall.rt, null, { ...input, lines: [...input.lines, ...input.lines] })).rejects.toMatchObject({ code: "CONFLICT", extras: { reason: "idempotency_key_reused" } });
});

it("shows an order to who has its secret, and keeps the secret nowhere", async () => {
  const machine = await stall.machine();
  const [mine, other] = [await stall.order(machine, ["A1"]), await stall.order(machine, ["A1"])];
  expect((await getGuestOrder(stall.rt, mine)).id).toBe(mine.orderId);
  for (const secret of [other.secret, "", mine.secret.slice(1)]) await expect(getGuestOrder(stall.rt, { orderId: mine.orderId, secret })).rejects.toMatchObject({ code: "NOT_FOUND" });
  expect([await mayWatchOrder(stall.rt, mine), await mayWatchOrder(stall.rt, { orderId: mine.orderId, secret: other.secret })]).toEqual([true, false]);
  const rows = [await stall.rt.db.prisma.machineOrder.findMany(), await stall.rt.db.prisma.testPayment.findMany(), await stall.rt.db.prisma.event.findMany()];
  expect(JSON.stringify(rows, (_key, value: unknown) => (typeof value === "bigint" ? String(value) : value))).not.toContain(mine.secret);
});

it("gives up an order that is not paid: its pieces are for sale again and its page is closed", async () => {
  const machine = await stall.machine();
  const bought = await stall.order(machine, ["A1"]);
  expect(await cancelOrder(stall.rt, bought)).toMatchObject({ status: "expired", failure: "cancelled", checkoutUrl: null });
  expect((await cancelOrder(stall.rt, bought)).status).toBe("expired");
  expect((await stall.stock(machine, "A1")).reserved).toBe(0);
  await expect(payTestCheckout(stall.rt, { id: bought.order.checkoutUrl?.split("/").at(-1) ?? "", card: "succeeds", save: false })).rejects.toMatchObject({ code: "INVALID_STATE" });
  const paid = await stall.order(machine, ["A1"]);
  await stall.pay(paid);
  await stall.settle(machine);
  await expect(cancelOrder(stall.rt, paid)).rejects.toMatchObject({ code: "INVALID_STATE" });
});

it("keeps pieces ten minutes for who does not pay, and closes the page then", async () => {
  const machine = await stall.machine();
  const bought = await stall.order(machine, ["A1"]);
  stall.rt.clock.advance(10 * 60_000 - 1);
  await advanceOrders(stall.rt);
  expect((await stall.now(bought)).status).toBe("created");
  stall.rt.clock.advance(1);
  await advanceOrders(stall.rt);
  expect(await stall.now(bought)).toMatchObject({ status: "expired", failure: "unpaid" });
  expect((await stall.stock(machine, "A1")).reserved).toBe(0);
  expect(await stall.money(bought.orderId)).toMatchObject({ status: "expired" });
});

it("lets a declined card be followed by a good one", async () => {
  const machine = await stall.machine();
  const bought = await stall.order(machine, ["A1"]);
  expect(await payTestCheckout(stall.rt, { id: bought.order.checkoutUrl?.split("/").at(-1) ?? "", card: "declined", save: false })).toMatchObject({ paid: false });
  await stall.settle(machine);
  expect((await stall.now(bought)).status).toBe("created");
  await stall.pay(bought);
  await stall.settle(machine);
  expect((await stall.now(bought)).status).toBe("dispensed");
});

it("keeps no card of who buys at a machine, and does not offer to", async () => {
  const machine = await stall.machine();
  const bought = await stall.order(machine, ["A1"]);
  const id = bought.order.checkoutUrl?.split("/").at(-1) ?? "";
  expect(await getTestCheckout(stall.rt, { id })).toMatchObject({ status: "open", saveMethod: null });
  expect(await payTestCheckout(stall.rt, { id, card: "succeeds", save: true })).toMatchObject({ paid: true });
  expect(await stall.rt.db.prisma.testPayment.findFirstOrThrow({ where: { orderId: bought.orderId } })).toMatchObject({ methodRef: null, customerRef: null });
  await stall.settle(machine);
  expect((await stall.now(bought)).status).toBe("dispensed");
});

it("says clearly how it cannot be paid", async () => {
  const machine = await stall.machine();
  const input = await inputOf(machine);
  const without = { ...stall.rt, config: { ...stall.rt.config, payments: { ...stall.rt.config.payments, provider: null } } };
  expect((await getStorefront(without, null, { slug: machine.slug })).payments.card).toBeNull();
  await expect(checkout(without, null, input)).rejects.toMatchObject({ code: "INVALID_STATE", extras: { reason: "payment_unavailable" } });
  await expect(checkout(stall.rt, null, { ...input, payment: "credits" })).rejects.toMatchObject({ code: "UNAUTHORIZED" });
});

it("is there over REST, with the new price in the refusal", async () => {
  const machine = await stall.machine();
  const post = async (path: string, body: object) => {
    const answer = await fetch(`${stall.shop.url}/v1${path}`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
    return { status: answer.status, body: (await answer.json()) as { order: { id: string; status: string }; secret: string; status: string; error: object } };
  };
  const front = (await (await fetch(`${stall.shop.url}/v1/storefront/${machine.slug}`)).json()) as { products: { slot: string; product_id: string; price: string }[] };
  const [first] = front.products;
  const body = { lines: [{ slot: "A1", product_id: first?.product_id, price: first?.price }], payment: "card", idempotency_key: randomUUID() };
  const made = await post(`/storefront/${machine.slug}/orders`, body);
  expect([made.status, made.body.order.status]).toEqual([201, "created"]);
  expect((await post(`/storefront/orders/${made.body.order.id}`, { secret: made.body.secret })).body.status).toBe("created");
  expect((await post(`/storefront/orders/${made.body.order.id}`, { secret: "guess" })).status).toBe(404);
  const refused = await post(`/storefront/${machine.slug}/orders`, { ...body, lines: [{ ...body.lines[0], price: "1" }], idempotency_key: randomUUID() });
  expect([refused.status, refused.body.error]).toEqual([409, expect.objectContaining({ reason: "price_changed", prices: [{ slot: "A1", price: "1500000" }] })]);
  for (const lines of [[], Array(MAX_PIECES + 1).fill(body.lines[0])]) expect((await post(`/storefront/${machine.slug}/orders`, { ...body, lines, idempotency_key: randomUUID() })).status).toBe(400);
});
