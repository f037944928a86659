import { AppError } from "#shared/errors.ts";
import type { Tx } from "#server/infra/events.ts";
import { findCustomerAccount } from "./account-repository.ts";
import { hold, postHold, reverse, voidHold } from "./ledger.ts";
import { findHold } from "./ledger-repository.ts";
import { refundsOf, salesOf } from "./sale-repository.ts";
import { systemAccount } from "./system-accounts.ts";

/** Goods paid in credits: reserved while they come out, taken for what came out. */
const SUBJECT = "machine_order";

/**
 * Reserves a buyer's credits for an order.
 * @returns the hold's id
 * @throws AppError INSUFFICIENT_CREDITS
 */
export async function holdForSale(tx: Tx, sale: { organizationId: string; orderId: string; amount: bigint; description: string; at: Date }): Promise<string> {
  const { organizationId, orderId, amount, description, at } = sale;
  const account = await findCustomerAccount(tx, organizationId);
  if (!account) throw new AppError("INTERNAL_ERROR", "The organization has no account.");
  const row = await hold(tx, { key: `sale:${orderId}`, accountId: account.id, amount, subject: { type: SUBJECT, id: orderId }, description, at });
  return row.id;
}

/**
 * Takes what came out of the reserved credits, and gives the rest back. Once: a hold that was ended by hand meanwhile pays nothing.
 * @param sale.parts one for each piece that came out
 * @returns what was taken, micro-credits
 */
export async function postSale(tx: Tx, sale: { holdId: string; orderId: string; parts: readonly { key: string; amount: bigint; description: string }[]; at: Date }): Promise<bigint> {
  const { holdId, orderId, parts, at } = sale;
  const held = await findHold(tx, holdId);
  if (held?.status === "posted") return held.postedAmount;
  if (held?.status !== "pending") return 0n;
  if (parts.length === 0) {
    await voidHold(tx, holdId, at);
    return 0n;
  }
  const rows = await postHold(tx, { holdId, kind: "sale", to: systemAccount("sales", held.accountId), parts, subject: { type: SUBJECT, id: orderId }, at });
  return rows.reduce((sum, row) => sum + row.amount, 0n);
}

/**
 * Gives back part of what was taken for an order, into the lots it came from. Repeated with the same key, it changes nothing.
 * @throws AppError INVALID_REQUEST beyond what is left of it
 */
export async function refundSale(tx: Tx, refund: { orderId: string; key: string; amount: bigint; description: string; actorId: string; at: Date }): Promise<void> {
  const { orderId, key, description, actorId, at } = refund;
  let missing = refund.amount;
  for (const [nth, sale] of (await salesOf(tx, SUBJECT, orderId)).entries()) {
    const amount = sale.left < missing ? sale.left : missing;
    if (amount === 0n) continue;
    await reverse(tx, { key: `sale-back:${key}:${nth}`, transferId: sale.id, amount, description, actorId, at });
    missing -= amount;
  }
  if (missing > 0n) throw new AppError("INVALID_REQUEST", "That is more than what is left of the payment.");
}

/** What was given back of an order with this key, micro-credits; null: nothing. */
export async function wasRefunded(tx: Tx, orderId: string, key: string): Promise<bigint | null> {
  return refundsOf(tx, SUBJECT, orderId, `sale-back:${key}:`);
}
