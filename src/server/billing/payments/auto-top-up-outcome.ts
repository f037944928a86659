import { credits } from "#shared/credits.ts";
import { publish, type Tx } from "#server/infra/events.ts";
import { lockAutoTopUp, updateAutoTopUp, writeAutoTopUp } from "./auto-top-up-repository.ts";
import type { PaymentFact } from "./payment-fact.ts";
import type { TopUpRow } from "./top-up-repository.ts";

/** After so many failures in a row it is turned off: the card will not get better by itself. */
export const FAILURES_TO_STOP = 3;

/** What a newly saved means of payment proposes, until the customer sets it. */
export const USUAL = { threshold: credits(10), credits: credits(25), monthlyCap: credits(100) } as const;

/** Keeps a means of payment that the payer saved, with what the customer has set, if anything. */
export async function keepMethod(tx: Tx, topUp: Pick<TopUpRow, "organizationId" | "provider">, method: NonNullable<PaymentFact["method"]>, at: Date): Promise<void> {
  const { customerRef, methodRef, label } = method;
  const row = await lockAutoTopUp(tx, topUp.organizationId);
  // A new card has not failed yet.
  const fresh = { customerRef, methodRef, methodLabel: label, provider: topUp.provider, failures: 0, lastFailure: null, updatedAt: at };
  if (row) await updateAutoTopUp(tx, topUp.organizationId, fresh);
  else await writeAutoTopUp(tx, { organizationId: topUp.organizationId, enabled: false, ...USUAL, lastAttemptAt: null, ...fresh });
}

/** The charge went through. */
export async function chargePaid(tx: Tx, organizationId: string, at: Date): Promise<void> {
  await updateAutoTopUp(tx, organizationId, { failures: 0, lastFailure: null, updatedAt: at });
}

/** The charge was declined: it is tried again later, and not any more after some in a row. */
export async function chargeFailed(tx: Tx, organizationId: string, reason: string, at: Date): Promise<void> {
  const row = await lockAutoTopUp(tx, organizationId);
  if (!row) return;
  const failures = row.failures + 1;
  const stop = row.enabled && failures >= FAILURES_TO_STOP;
  await updateAutoTopUp(tx, organizationId, { failures, lastFailure: reason, enabled: row.enabled && !stop, updatedAt: at });
  if (stop) await publish(tx, { type: "credits.auto_topup.disabled", subject: organizationId, organizationId, data: { failures, reason }, at });
}
