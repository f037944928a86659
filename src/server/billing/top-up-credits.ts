import { AppError, notFound } from "#shared/errors.ts";
import type { Tx } from "#server/infra/events.ts";
import { findCustomerAccount } from "./account-repository.ts";
import { reverse, transfer } from "./ledger.ts";
import { findTransferByKey, type TransferRow } from "./ledger-repository.ts";
import { systemAccount } from "./system-accounts.ts";

/**
 * Gives an organization the credits that it paid for: a lot of paid credits, once for each top-up however often this is called.
 * @param input.credits micro-credits
 * @param input.expiresAt null, or absent: never
 * @returns the transfer, and whether an earlier call made it
 * @throws AppError NOT_FOUND (the organization has no account), CONFLICT when the top-up brought other credits before, INVALID_REQUEST
 */
export async function creditTopUp(
  tx: Tx,
  input: { organizationId: string; topUpId: string; credits: bigint; description: string; userId?: string; expiresAt?: Date | null; at: Date },
): Promise<{ transfer: TransferRow; repeated: boolean }> {
  const account = await findCustomerAccount(tx, input.organizationId);
  if (!account) throw notFound("organization");
  return transfer(tx, {
    key: topUpKey(input.topUpId),
    kind: "topup",
    from: systemAccount("settlement", account.id),
    to: account.id,
    amount: input.credits,
    subject: { type: "top_up", id: input.topUpId },
    description: input.description,
    ...(input.userId === undefined ? {} : { actorId: input.userId }),
    ...(input.expiresAt ? { terms: { expiresAt: input.expiresAt } } : {}),
    at: input.at,
  });
}

/**
 * Takes back credits of a top-up whose payment is refunded or disputed: as much as is left of its lot and is not held, at most `amount` and, with what was taken
 * back before, at most the top-up. The rest was spent: to be owed is the caller's business.
 * @param input.key names the refund; repeated, it answers what was taken first. When nothing could be taken nothing is recorded
 * @param input.amount micro-credits
 * @returns micro-credits taken back
 * @throws AppError NOT_FOUND when the top-up brought no credits, CONFLICT when the key was used for another refund, INVALID_REQUEST
 */
export async function refundTopUp(tx: Tx, input: { topUpId: string; key: string; amount: bigint; description: string; actorId?: string; at: Date }): Promise<{ taken: bigint; transfer: TransferRow | null }> {
  const { topUpId, key, ...rest } = input;
  const original = await findTransferByKey(tx, topUpKey(topUpId));
  if (!original) throw notFound("top-up");
  if (original.kind !== "topup") throw new AppError("INTERNAL_ERROR", "The top-up's key is another transfer's.");
  const reversal = await reverse(tx, { ...rest, key: `topup-refund:${key}`, transferId: original.id, upTo: true });
  return { taken: reversal?.transfer.amount ?? 0n, transfer: reversal?.transfer ?? null };
}

function topUpKey(topUpId: string): string {
  return `topup:${topUpId}`;
}
