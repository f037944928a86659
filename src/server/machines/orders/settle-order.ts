import { publish, type Tx } from "#server/infra/events.ts";
import type { SettleSale } from "#server/billing/payments/sales/sale-inbox.ts";
import { askRefund, decideEnd } from "#server/billing/payments/sales/sale-requests.ts";
import type { SaleState } from "#server/billing/payments/sales/sale-state.ts";
import { type KnownSale, readSale } from "#server/billing/payments/sales/sales.ts";
import { recordAudit } from "#server/platform/audit.ts";
import { advance, announceOrder, endUnpaid } from "./advance.ts";
import { keptCredits, keptMinor } from "./end-money.ts";
import { lockOrder, nextSaleNumber, type OrderRow, updateOrder } from "./order-repository.ts";

const ACTOR = { kind: "system", name: "orders", requestId: "" } as const;

/**
 * Brings an order paid by card to what is known of its payment: pays it, sends its first piece out, lets late payments go, gives back what was taken beyond what came
 * out. Everything follows from the set of known facts and from the order: called again, or with the facts in another order, it ends the same.
 */
export const settleOrder: SettleSale = async (tx, { orderId, at }) => {
  const order = await lockOrder(tx, orderId);
  if (!order || order.provider === null || order.amountMinor === null || order.currency === null) return "no such order of ours";
  const sale = await readSale(tx, { orderId, provider: order.provider, amountMinor: order.amountMinor, currency: order.currency });
  const paid = await takePayment(tx, order, sale, at);
  const { order: after } = await advance(tx, paid, at);
  await giveBackSurplus(tx, after, sale, at);
  // What was just decided and asked is a fact as well.
  const { state } = await readSale(tx, { orderId, provider: order.provider, amountMinor: order.amountMinor, currency: order.currency });
  const settled = await writeMoney(tx, after, state, at);
  const did = differences(order, settled);
  if (did.length > 0) await announceOrder(tx, settled, at);
  return did.length === 0 ? "nothing new" : did.join(", ");
};

/** The payment's first word decides an unpaid order; one that was given up meanwhile stays so. */
async function takePayment(tx: Tx, order: OrderRow, sale: KnownSale, at: Date): Promise<OrderRow> {
  const { state, paymentRef } = sale;
  const reference = paymentRef !== null && order.paymentRef === null ? { paymentRef } : {};
  if (order.status === "created" && state.authorized) {
    // A clock of theirs that is ahead of ours, or far behind, must not shorten the time for what is bought.
    await updateOrder(tx, order.id, { status: "paid", paymentState: "authorized", paidAt: at, ...reference, updatedAt: at });
    await publish(tx, { type: "order.paid", subject: order.id, organizationId: order.organizationId, data: { orderId: order.id, machineId: order.machineId, total: order.total.toString() }, at });
    return again(tx, order);
  }
  if (order.status === "created" && (state.mismatch || state.failure !== null || state.expired)) {
    await endUnpaid(tx, order, state.mismatch ? "amount_mismatch" : (state.failure ?? "unpaid"), at);
    if (state.mismatch) await recordAudit(tx, ACTOR, { action: "order.mismatched", subjectType: "machine_order", subjectId: order.id, organizationId: order.organizationId, after: { expected: `${order.amountMinor} ${order.currency}`, paid: `${state.mismatch.amountMinor} ${state.mismatch.currency}` }, at });
  }
  if (Object.keys(reference).length > 0) await updateOrder(tx, order.id, { ...reference, updatedAt: at });
  const present = await again(tx, order);
  // Paid when nobody waited for it any more, or not what was asked: it is let go.
  if (present.status === "expired" && (state.authorized || state.mismatch) && state.decision === null && state.capturedMinor === 0) {
    const { provider, paymentRef: ref, currency } = present;
    if (provider !== null && ref !== null && currency !== null) await decideEnd(tx, { orderId: order.id, provider, paymentRef: ref, currency }, 0, at);
  }
  return present;
}

/** What was taken beyond what came out: by somebody at the provider's own pages, or by a payment that was taken at once. */
async function giveBackSurplus(tx: Tx, order: OrderRow, sale: KnownSale, at: Date): Promise<void> {
  const { provider, paymentRef, currency } = order;
  if (order.endedAt === null || provider === null || paymentRef === null || currency === null) return;
  const surplus = sale.state.capturedMinor - sale.state.refundedMinor - keptMinor(order);
  if (surplus <= 0 || sale.state.refundFailed) return;
  await askRefund(tx, { orderId: order.id, provider, paymentRef, currency }, { key: `${order.id}:${sale.state.refundedMinor}`, amountMinor: surplus }, at, sale.facts);
}

/** Writes how the money stands. */
async function writeMoney(tx: Tx, order: OrderRow, state: SaleState, at: Date): Promise<OrderRow> {
  const paymentState = paymentStateOf(order, state);
  const { capturedMinor, refundedMinor, disputed } = state;
  const back = paymentState === "voided" || paymentState === "refunded";
  const status = back && (order.status === "failed" || (order.status === "dispensed" && paymentState === "refunded")) ? "refunded" : order.status;
  const failure = order.failure ?? (state.refused === null ? null : `refused: ${state.refused}`);
  const captured = capturedMinor > 0 ? keptCredits(order) : 0n;
  const receiptNumber = order.receiptNumber ?? (capturedMinor > 0 && captured > 0n ? await nextSaleNumber(tx, at) : null);
  const now = { paymentState, status, failure, captured, capturedMinor, refundedMinor, disputed, receiptNumber };
  if (Object.entries(now).every(([name, value]) => order[name as keyof typeof now] === value)) return order;
  await updateOrder(tx, order.id, { ...now, updatedAt: at });
  if (paymentState === "refund_failed" && order.paymentState !== "refund_failed") {
    const reason = state.refused ?? "refund_refused";
    await publish(tx, { type: "order.refund.failed", subject: order.id, organizationId: order.organizationId, data: { orderId: order.id, machineId: order.machineId, reason }, at });
    await recordAudit(tx, ACTOR, { action: "order.refund.failed", subjectType: "machine_order", subjectId: order.id, organizationId: order.organizationId, after: { reason }, at });
  }
  return again(tx, order);
}

function paymentStateOf(order: OrderRow, state: SaleState): string {
  if (state.capturedMinor > 0) {
    if (state.refunding) return "refunding";
    if (state.refundedMinor === state.capturedMinor) return "refunded";
    return state.refundFailed ? "refund_failed" : "captured";
  }
  if (!state.authorized && !state.mismatch) return "none";
  if (state.voided) return "voided";
  if (state.refused !== null) return "refund_failed";
  return state.decision === "void" ? "refunding" : "authorized";
}

async function again(tx: Tx, order: OrderRow): Promise<OrderRow> {
  return (await lockOrder(tx, order.id)) ?? order;
}

function differences(before: OrderRow, after: OrderRow): string[] {
  const did: string[] = [];
  if (before.status !== after.status) did.push(after.status);
  if (before.paymentState !== after.paymentState) did.push(`payment ${after.paymentState}`);
  if (before.lines.some((line, index) => line.state !== after.lines[index]?.state)) did.push("pieces");
  if (before.refundedMinor !== after.refundedMinor) did.push(`refunded ${after.refundedMinor}`);
  if (before.disputed !== after.disputed) did.push(after.disputed ? "disputed" : "dispute over");
  return did;
}
