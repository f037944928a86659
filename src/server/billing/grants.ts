import type { z } from "zod";
import type { grantInput, transferOutput } from "#shared/billing/schema.ts";
import { notFound } from "#shared/errors.ts";
import type { UserActor } from "#server/identity/actor.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { recordAudit } from "#server/platform/audit.ts";
import { findCustomerAccount } from "./account-repository.ts";
import { entryOf, toTransferOutput } from "./history.ts";
import { transfer } from "./ledger.ts";
import { systemAccount } from "./system-accounts.ts";

/**
 * Gives an organization credits for a reason. The form's key makes a repetition grant once.
 * @throws AppError NOT_FOUND (no such organization), CONFLICT when the key was used for another grant
 */
export async function grantCredits(rt: Runtime, actor: UserActor, input: z.output<typeof grantInput>): Promise<{ transfer: z.output<typeof transferOutput> }> {
  const at = rt.clock.now();
  return transact(rt, async (tx) => {
    const account = await findCustomerAccount(tx, input.organizationId);
    if (!account) throw notFound("organization");
    const { transfer: row, repeated } = await transfer(tx, {
      key: `grant:${input.idempotencyKey}`,
      kind: "grant",
      from: systemAccount("promotion", account.id),
      to: account.id,
      amount: BigInt(input.amount),
      subject: { type: "organization", id: input.organizationId },
      description: input.reason,
      actorId: actor.userId,
      at,
    });
    if (!repeated) {
      await recordAudit(tx, actor, {
        action: "credits.grant",
        subjectType: "organization",
        subjectId: input.organizationId,
        organizationId: input.organizationId,
        after: { transferId: row.id, amount: row.amount.toString(), reason: input.reason },
        at,
      });
    }
    return { transfer: toTransferOutput(entryOf(row, account.id)) };
  });
}
