import { AppError } from "#shared/errors.ts";
import { newId } from "#shared/ids.ts";
import { publish, type Tx } from "#server/infra/events.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { accountsOfCustomers } from "./account-repository.ts";
import { payClawbacks } from "./clawbacks.ts";
import { requireAmount, translateLedgerError } from "./ledger-errors.ts";
import {
  callExpireHold,
  callExpireLot,
  callHold,
  callPostHold,
  callReverse,
  callTransfer,
  callTransferAlone,
  callVoidHold,
  type HoldInput,
  type HoldRow,
  type PostHoldInput,
  type ReverseInput,
  type TransferInput,
  type TransferRow,
} from "./ledger-repository.ts";

/**
 * Moves credits. Amounts are micro-credits above zero. Every call carries a key: repeated with the same content it changes nothing and answers what it
 * answered first; with other content it is a CONFLICT. A customer's account never goes below zero: the database refuses, INSUFFICIENT_CREDITS says
 * how much was needed and available. After an error the transaction can only be rolled back.
 */

/**
 * Moves credits from one account to another.
 * @returns the transfer, and whether it was made now or by an earlier call with the same key
 * @throws AppError INSUFFICIENT_CREDITS, CONFLICT, INVALID_REQUEST, NOT_FOUND (no such account)
 */
export async function transfer(tx: Tx, input: TransferInput): Promise<{ transfer: TransferRow; repeated: boolean }> {
  requireAmount(input.amount);
  const id = newId("transfer");
  const row = only(await translated(callTransfer(tx, input, id)));
  const repeated = row.id !== id;
  if (!repeated) {
    await payClawbacks(tx, input.to, input.amount, input.at);
    await announceBalances(tx, [input.from, input.to], input.at);
  }
  return { transfer: row, repeated };
}

/** `transfer` as one statement of its own, without the event: for bulk movements that nobody watches live. */
export async function transferAlone(rt: Pick<Runtime, "db">, input: TransferInput): Promise<TransferRow> {
  requireAmount(input.amount);
  return only(await translated(callTransferAlone(rt, input)));
}

/**
 * Gives back a transfer, or part of it, by one the other way; all reversals of a transfer together are at most its amount. A charge's credits return to the
 * lots that they were taken from; of what came into a customer's account goes back what is left of that lot and is not held. A reversal itself is not reversed.
 * @returns the reversal, null when `upTo` found nothing to give back; and whether an earlier call with the same key made it
 * @throws AppError CONFLICT beyond what is left of the transfer, INSUFFICIENT_CREDITS beyond what is left of its lot, INVALID_REQUEST, NOT_FOUND
 */
export async function reverse(tx: Tx, input: ReverseInput): Promise<{ transfer: TransferRow; repeated: boolean } | null> {
  requireAmount(input.amount);
  const id = newId("transfer");
  const [row] = await translated(callReverse(tx, input, id));
  if (!row) return null;
  const repeated = row.id !== id;
  if (!repeated) {
    await payClawbacks(tx, row.toAccountId, row.amount, input.at);
    await announceBalances(tx, [row.fromAccountId, row.toAccountId], input.at);
  }
  return { transfer: row, repeated };
}

/**
 * Takes what is left of a lot whose time is over, as far as it is not held: paid credits go to breakage, promotional ones back to promotion. Called again it
 * takes what a hold has given back since.
 * @returns the transfer; null when there was nothing to take
 * @throws AppError CONFLICT when its time is not over, NOT_FOUND
 */
export async function expireLot(tx: Tx, lotId: string, at: Date): Promise<TransferRow | null> {
  const [row] = await translated(callExpireLot(tx, lotId, at));
  if (!row) return null;
  await announceBalances(tx, [row.fromAccountId], at);
  return row;
}

/**
 * Reserves a customer's credits until `postHold`, `voidHold`, or the time it expires.
 * @throws AppError INSUFFICIENT_CREDITS, CONFLICT, INVALID_REQUEST, NOT_FOUND
 */
export async function hold(tx: Tx, input: HoldInput): Promise<HoldRow> {
  requireAmount(input.amount);
  const row = only(await translated(callHold(tx, input)));
  await announceBalances(tx, [row.accountId], input.at);
  return row;
}

/**
 * Turns a hold, or part of it, into transfers, once; what is left of it is available again.
 * @throws AppError CONFLICT when it was posted otherwise, voided or has expired, INVALID_REQUEST beyond its amount, NOT_FOUND
 */
export async function postHold(tx: Tx, input: PostHoldInput): Promise<TransferRow[]> {
  for (const part of input.parts) requireAmount(part.amount);
  const rows = await translated(callPostHold(tx, input));
  await announceBalances(tx, [only(rows.slice(0, 1)).fromAccountId, input.to], input.at);
  return rows;
}

/**
 * Gives a hold back; nothing is left to do when it was given back before, or has expired.
 * @throws AppError CONFLICT when it was posted, NOT_FOUND
 */
export async function voidHold(tx: Tx, holdId: string, at: Date): Promise<HoldRow> {
  const row = only(await translated(callVoidHold(tx, holdId, at)));
  await payClawbacks(tx, row.accountId, row.amount, at);
  await announceBalances(tx, [row.accountId], at);
  return row;
}

/**
 * Gives a hold back whose time is over. One that was resolved meanwhile stays as it is.
 * @throws AppError CONFLICT when its time is not over, NOT_FOUND
 */
export async function expireHold(tx: Tx, holdId: string, at: Date): Promise<HoldRow> {
  const row = only(await translated(callExpireHold(tx, holdId, at)));
  if (row.status === "expired") {
    await payClawbacks(tx, row.accountId, row.amount, at);
    await announceBalances(tx, [row.accountId], at);
  }
  return row;
}

/** Writes `credits.changed` for each customer among the accounts. */
async function announceBalances(tx: Tx, accountIds: readonly string[], at: Date): Promise<void> {
  for (const account of await accountsOfCustomers(tx, accountIds)) await announceBalance(tx, account, at);
}

/** Writes `credits.changed`; call it while the account's row is locked by a change. */
export async function announceBalance(tx: Tx, account: { organizationId: string; balance: bigint; held: bigint }, at: Date): Promise<void> {
  await publish(tx, {
    type: "credits.changed",
    subject: account.organizationId,
    organizationId: account.organizationId,
    data: { balance: account.balance.toString(), held: account.held.toString() },
    at,
  });
}

async function translated<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    throw translateLedgerError(error);
  }
}

function only<T>(rows: readonly T[]): T {
  const [row] = rows;
  if (row === undefined) throw new AppError("INTERNAL_ERROR", "The ledger answered nothing.");
  return row;
}
