import { notFound } from "#shared/errors.ts";
import type { Tx } from "#server/infra/events.ts";
import { findCustomerAccount } from "./account-repository.ts";
import { transfer } from "./ledger.ts";
import type { TransferRow } from "./ledger-repository.ts";
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

function topUpKey(topUpId: string): string {
  return `topup:${topUpId}`;
}
