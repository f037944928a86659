import type { z } from "zod";
import { AppError, notFound } from "#shared/errors.ts";
import type { adminOrderDetail, orderRefundInput } from "#shared/machines/orders.ts";
import { askRefund, askVoidAgain, sendSaleRequests } from "#server/billing/payments/sales/sale-requests.ts";
import { readSale } from "#server/billing/payments/sales/sales.ts";
import { paymentProvider } from "#server/billing/payments/providers.ts";
import { refundSale, wasRefunded } from "#server/billing/sale-credits.ts";
import type { UserActor } from "#server/identity/actor.ts";
import type { Tx } from "#server/infra/events.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { recordAudit } from "#server/platform/audit.ts";
import { announceOrder } from "./advance.ts";
import { lockOrder, type OrderRow, updateOrder } from "./order-repository.ts";
import { getAnyOrder } from "./orders.ts";
import { settleOrder } from "./settle-order.ts";

type Input = z.output<typeof orderRefundInput>;

/**
 * Gives an order's money back by hand, all that is left of it or part. Credits are back at once; a provider that does not answer is asked until it does. Where a provider
 * refused to let an authorisation go, it is asked once more. A repetition with the same key changes nothing.
 * @throws AppError NOT_FOUND, INVALID_STATE (nothing was taken, or it is under way), INVALID_REQUEST beyond what is left, CONFLICT for a key of another refund
 */
export async function refundOrder(rt: Runtime, actor: UserActor, input: Input): Promise<z.output<typeof adminOrderDetail>> {
  const byCard = await transact(rt, async (tx) => {
    const order = await lockOrder(tx, input.id);
    if (!order) throw notFound("order");
    if (order.payment === "credits") await refundCredits(tx, actor, order, input, rt.clock.now());
    else await refundCard(rt, tx, actor, order, input);
    return order.payment === "card";
  });
  if (byCard) await sendSaleRequests(rt, settleOrder, input.id);
  return getAnyOrder(rt, input.id);
}

async function refundCredits(tx: Tx, actor: UserActor, order: OrderRow, input: Input, at: Date): Promise<void> {
  if (input.amountMinor !== undefined) throw invalid("amountMinor", "is of payments by card; this was paid in credits");
  const before = await wasRefunded(tx, order.id, input.idempotencyKey);
  if (before !== null && input.amount !== undefined && BigInt(input.amount) !== before) throw new AppError("CONFLICT", "This key was used for another refund.");
  if (before !== null) return;
  const left = order.captured - order.refunded;
  if (left === 0n) throw new AppError("INVALID_STATE", "There is nothing left to give back.", { state: order.paymentState });
  const amount = input.amount === undefined ? left : BigInt(input.amount);
  if (amount > left) throw invalid("amount", `must be at most ${left}, what is left of the payment`);
  await refundSale(tx, { orderId: order.id, key: input.idempotencyKey, amount, description: `Refund: ${input.reason}`, actorId: actor.userId, at });
  const refunded = order.refunded + amount;
  const all = refunded === order.captured;
  const after = { ...order, status: all ? "refunded" : order.status, paymentState: all ? "refunded" : order.paymentState };
  await updateOrder(tx, order.id, { refunded, status: after.status, paymentState: after.paymentState, updatedAt: at });
  await announceOrder(tx, after, at);
  await audit(tx, actor, order, { amount: amount.toString(), reason: input.reason }, at);
}

async function refundCard(rt: Runtime, tx: Tx, actor: UserActor, order: OrderRow, input: Input): Promise<void> {
  const at = rt.clock.now();
  if (input.amount !== undefined) throw invalid("amount", "is of payments in credits; this was paid by card");
  const { provider, paymentRef, currency, amountMinor } = order;
  if (provider === null || paymentRef === null || currency === null || amountMinor === null) throw new AppError("INVALID_STATE", "Nothing was paid.", { state: order.paymentState });
  if (paymentProvider(rt)?.name !== provider) throw new AppError("INVALID_STATE", `This was paid through ${provider}, which is not configured any more.`, { state: order.paymentState });
  const sale = { orderId: order.id, provider, paymentRef, currency };
  const { state, facts } = await readSale(tx, { ...sale, amountMinor });
  const key = input.idempotencyKey;
  if (state.capturedMinor === 0) {
    if (order.paymentState !== "refund_failed") throw new AppError("INVALID_STATE", "Nothing was taken of this payment.", { state: order.paymentState });
    if (await askVoidAgain(tx, sale, key, at)) await audit(tx, actor, order, { void: true, reason: input.reason }, at);
    return;
  }
  const repeated = facts.find((fact) => fact.kind === "refunded" && fact.partRef === key);
  if (!repeated && state.disputed) throw new AppError("INVALID_STATE", "The payer's bank takes the money back.", { state: "disputed" });
  const left = state.capturedMinor - state.refundedMinor;
  if (!repeated && left === 0) throw new AppError("INVALID_STATE", "There is nothing left to give back.", { state: order.paymentState });
  const amount = input.amountMinor ?? repeated?.amountMinor ?? left;
  if (!repeated && amount > left) throw invalid("amountMinor", `must be at most ${left}, what is left of the payment`);
  if (!(await askRefund(tx, sale, { key, amountMinor: amount }, at, facts))) return;
  await settleOrder(tx, { orderId: order.id, at });
  await audit(tx, actor, order, { amountMinor: amount, currency, reason: input.reason }, at);
}

async function audit(tx: Tx, actor: UserActor, order: OrderRow, after: Record<string, string | number | boolean>, at: Date): Promise<void> {
  await recordAudit(tx, actor, { action: "order.refund", subjectType: "machine_order", subjectId: order.id, organizationId: order.organizationId, after, at });
}

function invalid(field: string, message: string): AppError {
  return new AppError("INVALID_REQUEST", `${field} ${message}`, { details: [{ field, message }] });
}
