import { AppError } from "#shared/errors.ts";
import type { Tx } from "#server/infra/events.ts";
import { findCustomerAccount } from "./account-repository.ts";
import { requireCreditsFor } from "./credits.ts";
import { firstHourPrice } from "./first-hour.ts";
import { hold } from "./ledger.ts";
import type { Resource } from "./spans.ts";

/**
 * Reserves a resource's first hour before it is made, in the transaction that records it; `postFirstHour` or `voidHold` resolves it.
 * @param input.key names the reservation; it can be used once
 * @returns the hold's id; null when the first hour costs nothing
 * @throws AppError INSUFFICIENT_CREDITS, below the low threshold too
 */
export async function holdFirstHour(
  tx: Tx,
  input: { key: string; resource: Resource; storagePricePerHour: bigint; computePricePerHour: bigint; at: Date },
): Promise<string | null> {
  const { resource, at } = input;
  const amount = firstHourPrice(input);
  await requireCreditsFor(tx, { organizationId: resource.organizationId, needed: amount });
  if (amount === 0n) return null;
  const account = await findCustomerAccount(tx, resource.organizationId);
  if (!account) throw new AppError("INTERNAL_ERROR", "The organization has no account.");
  const made = await hold(tx, {
    key: input.key,
    accountId: account.id,
    amount,
    subject: { type: resource.type, id: resource.id },
    description: `${resource.name}: first hour`,
    at,
  });
  return made.id;
}
