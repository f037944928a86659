import type { z } from "zod";
import { AppError, notFound } from "#shared/errors.ts";
import { newId } from "#shared/ids.ts";
import { type checkoutInput, type checkoutOutput, priceByCard } from "#shared/machines/storefront.ts";
import { holdForSale } from "#server/billing/sale-credits.ts";
import type { PaymentProvider } from "#server/billing/payments/provider.ts";
import { paymentProvider } from "#server/billing/payments/providers.ts";
import type { MemberActor } from "#server/identity/actor.ts";
import { sha256 } from "#server/infra/crypto.ts";
import { publish, type Tx } from "#server/infra/events.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { reserve } from "../inventory/reservations.ts";
import { advance, announceOrder, endUnpaid } from "../orders/advance.ts";
import { checkLines, describe, refusal } from "./checkout-checks.ts";
import { toOrderOutput } from "../orders/order-output.ts";
import { findOrder, insertOrder, lockOrder, type OrderRow, updateOrder } from "../orders/order-repository.ts";
import { orderSecret } from "../orders/order-secret.ts";
import { lockStorefront } from "./storefront-repository.ts";
import { storefrontState } from "./storefront.ts";

/** How long pieces are kept for somebody who has not paid yet. */
export const UNPAID_MS = 10 * 60_000;

type Input = z.output<typeof checkoutInput>;

/**
 * Orders pieces of a machine: reserves them, and goes on at the payment provider's page, or, paid in credits, begins to let them out. Repeated with the same key it answers the
 * same order with the same secret.
 * @param payer whose credits pay; null: nobody's
 * @throws AppError NOT_FOUND, UNAUTHORIZED (credits of nobody), INSUFFICIENT_CREDITS, INVALID_STATE and CONFLICT with one of REFUSALS as `reason` (a new price in `prices`),
 *   CONFLICT for a key of another order, SERVICE_UNAVAILABLE when the provider does not answer
 */
export async function checkout(rt: Runtime, payer: MemberActor | null, input: Input): Promise<z.output<typeof checkoutOutput>> {
  const provider = input.payment === "card" ? paymentProvider(rt) : null;
  if (input.payment === "card" && !provider) throw refusal("payment_unavailable", "This installation takes no cards.");
  if (input.payment === "credits" && !payer) throw new AppError("UNAUTHORIZED", "Sign in to pay in credits.");
  const checkoutKey = sha256(input.idempotencyKey);
  const known = await findOrder(rt.db.prisma, { checkoutKey });
  const id = known?.id ?? newId("order");
  if (known && !isSame(known, input)) throw new AppError("CONFLICT", "This key was used for another order.", { reason: "idempotency_key_reused" });
  if (!known) await transact(rt, (tx) => place(rt, tx, { id, checkoutKey, input, payer, provider }));
  const order = await findOrder(rt.db.prisma, { checkoutKey });
  if (!order) throw new AppError("INTERNAL_ERROR", "An order is gone.");
  if (!isSame(order, input)) throw new AppError("CONFLICT", "This key was used for another order.", { reason: "idempotency_key_reused" });
  const open = provider && order.status === "created" && order.checkoutUrl === null ? await openCheckout(rt, provider, order) : order;
  // Of an order in credits the first command waits in the outbox.
  rt.signals.send("downlinks");
  return { order: toOrderOutput(open, rt.clock.now()), secret: orderSecret(rt.config, order.id, checkoutKey) };
}

interface Placing {
  id: string;
  checkoutKey: string;
  input: Input;
  payer: MemberActor | null;
  provider: PaymentProvider | null;
}

async function place(rt: Runtime, tx: Tx, { id, checkoutKey, input, payer, provider }: Placing): Promise<void> {
  const at = rt.clock.now();
  const machine = await lockStorefront(tx, input.slug);
  if (!machine) throw notFound("machine");
  // Of two with the same key that came at once the other was first.
  if (await findOrder(tx, { checkoutKey })) return;
  const state = storefrontState(machine);
  if (state !== "open") throw refusal(state, { offline: "The machine is not connected now.", closed: "The machine does not sell now.", decommissioned: "The machine is no longer in service." }[state]);
  const { currency, creditPriceMinor } = rt.config.payments;
  checkLines(machine, input.lines);
  const slots = [...new Set(input.lines.map((line) => line.slot))].map((slot) => ({ slot, quantity: input.lines.filter((line) => line.slot === slot).length }));
  const pieces = new Map((await reserve(tx, { machineId: machine.id, slots })).map((piece) => [piece.slot, piece]));
  const lines = input.lines.flatMap((line, position) => {
    const piece = pieces.get(line.slot);
    if (!piece) return [];
    const { slot, productId, name, sku, price } = piece;
    return [{ id: newId("orderLine"), position, slot, productId, name, sku, price, priceMinor: provider ? priceByCard(price, creditPriceMinor) : null, state: "reserved" }];
  });
  const total = lines.reduce((sum, line) => sum + line.price, 0n);
  const about = { id, machineId: machine.id, organizationId: machine.organizationId };
  const secretHash = sha256(orderSecret(rt.config, id, checkoutKey));
  const expiresAt = new Date(at.getTime() + UNPAID_MS);
  const payment = provider ? { provider: provider.name, currency, amountMinor: lines.reduce((sum, line) => sum + (line.priceMinor ?? 0), 0) } : { buyerOrgId: payer?.organizationId ?? null };
  await insertOrder(tx, { ...about, ...payment, status: "created", secretHash, checkoutKey, payment: input.payment, buyerId: payer?.userId ?? null, total, expiresAt, createdAt: at }, lines);
  await publish(tx, { type: "order.created", subject: id, organizationId: machine.organizationId, data: { orderId: id, machineId: machine.id }, at });
  if (!provider && payer) await payInCredits(tx, { id, payer, total, description: describe(machine.name, lines), at });
}

/** The credits are reserved and the first piece is sent out, in the transaction that makes the order. */
async function payInCredits(tx: Tx, sale: { id: string; payer: MemberActor; total: bigint; description: string; at: Date }): Promise<void> {
  const { id, payer, total, description, at } = sale;
  const holdId = await holdForSale(tx, { organizationId: payer.organizationId, orderId: id, amount: total, description, at });
  await updateOrder(tx, id, { status: "paid", paymentState: "authorized", holdId, paidAt: at, updatedAt: at });
  const order = await lockOrder(tx, id);
  if (!order) throw new AppError("INTERNAL_ERROR", "An order is gone.");
  await publish(tx, { type: "order.paid", subject: id, organizationId: order.organizationId, data: { orderId: id, machineId: order.machineId, total: total.toString() }, at });
  const { order: after } = await advance(tx, order, at);
  await announceOrder(tx, after, at);
}

/** Opens the provider's page, under the order's key: also for an order whose first try ended between the two. */
async function openCheckout(rt: Runtime, provider: PaymentProvider, order: OrderRow): Promise<OrderRow> {
  const back = `${rt.config.publicUrl}/m/${order.machine.slug}/orders/${order.id}`;
  const { amountMinor, currency, expiresAt } = order;
  if (amountMinor === null || currency === null) throw new AppError("INTERNAL_ERROR", "An order by card has no amount.");
  try {
    const page = { orderId: order.id, description: describe(order.machine.name, order.lines), amountMinor, currency, returnUrl: back, cancelUrl: back, saveMethod: false, customerRef: null, expiresAt };
    const { providerRef, url } = await provider.createCheckout(page);
    await transact(rt, (tx) => updateOrder(tx, order.id, { providerRef, checkoutUrl: url, updatedAt: rt.clock.now() }));
  } catch (error) {
    // Nobody has the page's address. Should there be one all the same and be paid, the payment is let go.
    await transact(rt, async (tx) => {
      const at = rt.clock.now();
      const locked = await lockOrder(tx, order.id);
      if (locked?.status === "created" && locked.checkoutUrl === null) await endUnpaid(tx, locked, "provider_unavailable", at);
    });
    throw error;
  }
  return (await findOrder(rt.db.prisma, { id: order.id })) ?? order;
}

function isSame(order: OrderRow, input: Input): boolean {
  return (
    order.machine.slug === input.slug &&
    order.payment === input.payment &&
    order.lines.length === input.lines.length &&
    input.lines.every((line, index) => order.lines[index]?.slot === line.slot && order.lines[index]?.productId === line.productId && order.lines[index]?.price === BigInt(line.price))
  );
}
