import { notFound } from "#shared/errors.ts";
import type { UserActor } from "#server/identity/actor.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { recordAudit } from "#server/platform/audit.ts";
import { accountsOfCustomers } from "./account-repository.ts";
import { holdsToExpire, type OutstandingHold, readOutstandingHolds } from "./hold-repository.ts";
import { expireHold, voidHold } from "./ledger.ts";
import { findHold, type HoldRow } from "./ledger-repository.ts";

const BATCH = 200;

/** What is held now, of all organizations or of one, the oldest first. Callers check a platform permission. */
export async function outstandingHolds(rt: Runtime, input: { page: number; limit: number; organizationId?: string | undefined }): Promise<{ holds: OutstandingHold[]; total: number }> {
  return readOutstandingHolds(rt, input.limit, (input.page - 1) * input.limit, input.organizationId ?? null);
}

/** What a hold is for. Undefined: there is no such hold. */
export async function holdById(rt: Runtime, id: string): Promise<HoldRow | undefined> {
  return (await findHold(rt.db.prisma, id)) ?? undefined;
}

/**
 * Gives a customer's hold back by hand. The caller has made sure that no operation will post it.
 * @throws AppError NOT_FOUND, CONFLICT when it was posted
 */
export async function voidHoldByHand(rt: Runtime, actor: UserActor, input: { id: string; reason: string }): Promise<HoldRow> {
  const at = rt.clock.now();
  return transact(rt, async (tx) => {
    const before = await findHold(tx, input.id);
    const [account] = before ? await accountsOfCustomers(tx, [before.accountId]) : [];
    if (!before || !account) throw notFound("hold");
    const hold = await voidHold(tx, input.id, at);
    if (before.status === "pending") {
      await recordAudit(tx, actor, {
        action: "credits.hold.void",
        subjectType: "hold",
        subjectId: hold.id,
        organizationId: account.organizationId,
        after: { amount: hold.amount.toString(), reason: input.reason, subjectId: hold.subjectId },
        at,
      });
    }
    return hold;
  });
}

/** Gives back what was held until a time that is over. Several workers may do it at once. @returns how many */
export async function expireHolds(rt: Runtime): Promise<number> {
  const at = rt.clock.now();
  let expired = 0;
  const ids = await holdsToExpire(rt, at, BATCH);
  for (const id of ids) {
    const hold = await transact(rt, (tx) => expireHold(tx, id, at));
    if (hold.status === "expired") expired += 1;
  }
  if (expired > 0) rt.log.info({ expired }, "billing: holds expired");
  return expired;
}
