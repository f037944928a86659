import type { Tx } from "#server/infra/events.ts";
import { postSale } from "#server/billing/sale-credits.ts";
import { decideEnd } from "#server/billing/payments/sales/sale-requests.ts";
import { nextSaleNumber, type OrderRow, updateOrder } from "./order-repository.ts";

/** Pieces that came out: what the order is worth. */
export function soldLines(order: Pick<OrderRow, "lines">): OrderRow["lines"] {
  return order.lines.filter((line) => line.state === "dispensed");
}

/** What may be kept of a card payment, in the currency's smallest unit. */
export function keptMinor(order: Pick<OrderRow, "lines">): number {
  return soldLines(order).reduce((sum, line) => sum + (line.priceMinor ?? 0), 0);
}

/** What came out, in micro-credits. */
export function keptCredits(order: Pick<OrderRow, "lines">): bigint {
  return soldLines(order).reduce((sum, line) => sum + line.price, 0n);
}

/**
 * Settles an order whose pieces all have their end: what came out is taken, all else given back. Credits are moved here and now; of a card the provider is asked, and
 * the order's payment follows from its answer.
 */
export async function endMoney(tx: Tx, order: OrderRow, at: Date): Promise<void> {
  const sold = soldLines(order);
  const status = sold.length > 0 ? "dispensed" : "failed";
  const failure = sold.length > 0 ? null : (order.lines.find((line) => line.code !== null)?.code ?? "FAILED");
  const ended = { status, failure, endedAt: at, updatedAt: at };
  if (order.payment === "credits") {
    const parts = sold.map((line) => ({ key: `sale:${line.id}`, amount: line.price, description: line.name }));
    const captured = order.holdId === null ? 0n : await postSale(tx, { holdId: order.holdId, orderId: order.id, parts, at });
    if (captured > 0n) await updateOrder(tx, order.id, { ...ended, captured, paymentState: "captured", receiptNumber: await nextSaleNumber(tx, at) });
    else await updateOrder(tx, order.id, { ...ended, status: sold.length > 0 ? "dispensed" : "refunded", paymentState: "voided", ...(sold.length > 0 ? { failure: "hold_ended" } : {}) });
    return;
  }
  const capture = keptMinor(order);
  await updateOrder(tx, order.id, { ...ended, paymentState: capture > 0 ? "authorized" : "refunding" });
  const { provider, paymentRef, currency } = order;
  // A card's order is paid only with these known.
  if (provider !== null && paymentRef !== null && currency !== null) await decideEnd(tx, { orderId: order.id, provider, paymentRef, currency }, capture, at);
}
