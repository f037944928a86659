import type { z } from "zod";
import type { adjustInput, giveBackInput, grantInput, transferOutput } from "#shared/billing/schema.ts";
import { AppError, notFound } from "#shared/errors.ts";
import type { UserActor } from "#server/identity/actor.ts";
import type { Tx } from "#server/infra/events.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { recordAudit } from "#server/platform/audit.ts";
import { accountsOfCustomers, type CustomerAccount, findCustomerAccount } from "./account-repository.ts";
import { entryOutput } from "./history.ts";
import { reverse, transfer } from "./ledger.ts";
import { findTransfer, type TransferInput, type TransferRow } from "./ledger-repository.ts";
import { systemAccount } from "./system-accounts.ts";

/** What administrators do by hand. Each has a reason, which the customer sees, and an audit entry; the form's key makes a repetition do it once. */
type Made = { transfer: z.output<typeof transferOutput> };

/**
 * Gives an organization credits for a reason: promotional ones as a gift, paid ones for what was paid otherwise than through a payment provider, as by a transfer to
 * the bank. Those come from settlement, as top-ups do.
 * @throws AppError NOT_FOUND (no such organization), CONFLICT when the key was used for another grant, INVALID_REQUEST when they would have expired already
 */
export async function grantCredits(rt: Runtime, actor: UserActor, input: z.output<typeof grantInput>): Promise<Made> {
  const at = rt.clock.now();
  const expiresAt = input.expiresAt === undefined ? null : new Date(input.expiresAt);
  if (expiresAt && expiresAt <= at) throw new AppError("INVALID_REQUEST", "The credits must expire in the future.", { details: [{ field: "expiresAt", message: "must be in the future" }] });
  const category = input.category ?? "promotional";
  const terms = { category, ...(input.priority === undefined ? {} : { priority: input.priority }), ...(expiresAt === null ? {} : { expiresAt }) };
  return byHand(rt, actor, input, "credits.grant", (account) => ({
    key: `grant:${input.idempotencyKey}`,
    kind: "grant",
    from: systemAccount(category === "paid" ? "settlement" : "promotion", account.id),
    to: account.id,
    amount: BigInt(input.amount),
    terms,
    at,
  }));
}

/**
 * Corrects a balance, up (promotional credits) or down (in the order of spending, at most what is available).
 * @throws AppError NOT_FOUND (no such organization), INSUFFICIENT_CREDITS, CONFLICT when the key was used for another adjustment
 */
export async function adjustCredits(rt: Runtime, actor: UserActor, input: z.output<typeof adjustInput>): Promise<Made> {
  return byHand(rt, actor, input, "credits.adjust", (account) => {
    const [from, to] = input.direction === "add" ? [systemAccount("adjustment", account.id), account.id] : [account.id, systemAccount("adjustment", account.id)];
    return { key: `adjust:${input.idempotencyKey}`, kind: "adjustment", from, to, amount: BigInt(input.amount), at: rt.clock.now() };
  });
}

/**
 * Takes a grant back, as far as it was not spent, is not held and has not expired; with an amount, that much of it or nothing.
 * @throws AppError NOT_FOUND (no such grant), INSUFFICIENT_CREDITS when less is left, CONFLICT when nothing is, or the key was used otherwise
 */
export async function revokeGrant(rt: Runtime, actor: UserActor, input: z.output<typeof giveBackInput>): Promise<Made> {
  return giveBack(rt, actor, input, { action: "credits.revoke", key: "revoke", of: (original) => (original.kind === "grant" ? original.toAccountId : null), missing: "grant" });
}

/**
 * Gives a charge back, or a part of it, to the lots that it was taken from.
 * @throws AppError NOT_FOUND (no such charge), CONFLICT beyond what was not given back before, or when the key was used otherwise
 */
export async function refundCharge(rt: Runtime, actor: UserActor, input: z.output<typeof giveBackInput>): Promise<Made> {
  return giveBack(rt, actor, input, { action: "credits.refund", key: "refund", of: (original) => (original.kind === "usage" ? original.fromAccountId : null), missing: "charge" });
}

async function byHand(
  rt: Runtime,
  actor: UserActor,
  input: { organizationId: string; reason: string },
  action: string,
  make: (account: CustomerAccount) => Omit<TransferInput, "subject" | "description" | "actorId">,
): Promise<Made> {
  return transact(rt, async (tx) => {
    const account = await findCustomerAccount(tx, input.organizationId);
    if (!account) throw notFound("organization");
    const subject = { type: "organization", id: input.organizationId };
    const made = await transfer(tx, { ...make(account), subject, description: input.reason, actorId: actor.userId });
    return record(tx, actor, { account, action, reason: input.reason }, made);
  });
}

async function giveBack(
  rt: Runtime,
  actor: UserActor,
  input: z.output<typeof giveBackInput>,
  kind: { action: string; key: string; of: (original: TransferRow) => string | null; missing: string },
): Promise<Made> {
  return transact(rt, async (tx) => {
    const original = await findTransfer(tx, input.transferId);
    const accountId = original && kind.of(original);
    const [account] = accountId ? await accountsOfCustomers(tx, [accountId]) : [];
    if (!original || !account) throw notFound(kind.missing);
    const made = await reverse(tx, {
      key: `${kind.key}:${input.idempotencyKey}`,
      transferId: original.id,
      amount: input.amount === undefined ? original.amount : BigInt(input.amount),
      upTo: input.amount === undefined,
      description: input.reason,
      actorId: actor.userId,
      at: rt.clock.now(),
    });
    if (!made) throw new AppError("CONFLICT", "Nothing of it is left to give back.", { available: "0" });
    return record(tx, actor, { account, action: kind.action, reason: input.reason }, made);
  });
}

async function record(tx: Tx, actor: UserActor, what: { account: CustomerAccount; action: string; reason: string }, made: { transfer: TransferRow; repeated: boolean }): Promise<Made> {
  const { account, action, reason } = what;
  const { transfer: row, repeated } = made;
  const output = await entryOutput(tx, row, account.id);
  if (!repeated) {
    await recordAudit(tx, actor, {
      action,
      subjectType: "organization",
      subjectId: account.organizationId,
      organizationId: account.organizationId,
      after: { transferId: row.id, amount: output.amount, reason, ...(row.reversesId === null ? {} : { reverses: row.reversesId }) },
      at: row.createdAt,
    });
  }
  return { transfer: output };
}
