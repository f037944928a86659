import type { z } from "zod";
import type { autoTopUpInput, autoTopUpOutput } from "#shared/billing/top-ups.ts";
import { AppError } from "#shared/errors.ts";
import type { MemberActor } from "#server/identity/actor.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { recordAudit } from "#server/platform/audit.ts";
import { USUAL } from "./auto-top-up-outcome.ts";
import { automaticSince, findAutoTopUp, lockAutoTopUp, updateAutoTopUp, writeAutoTopUp } from "./auto-top-up-repository.ts";
import { requireProvider } from "./providers.ts";
import { priceOf } from "./top-up-price.ts";

type Output = z.output<typeof autoTopUpOutput>;

/** The first instant of the time's calendar month, UTC. */
export function monthBegin(at: Date): Date {
  return new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), 1));
}

/** How the organization pays by itself; what is proposed, while nothing is set. */
export async function getAutoTopUp(rt: Runtime, actor: Pick<MemberActor, "organizationId">): Promise<Output> {
  const [row, used] = await Promise.all([findAutoTopUp(rt, actor.organizationId), automaticSince(rt.db.prisma, actor.organizationId, monthBegin(rt.clock.now()))]);
  const set = row ?? { enabled: false, ...USUAL, methodLabel: null, failures: 0, lastFailure: null, lastAttemptAt: null };
  return {
    enabled: set.enabled,
    threshold: set.threshold.toString(),
    credits: set.credits.toString(),
    monthlyCap: set.monthlyCap.toString(),
    usedThisMonth: used.credits.toString(),
    methodLabel: set.methodLabel,
    failures: set.failures,
    lastFailure: set.lastFailure,
    lastAttemptAt: set.lastAttemptAt?.toISOString() ?? null,
    pending: used.pending,
  };
}

/**
 * Sets how the organization pays by itself. Turned on again, it forgets earlier failures.
 * @throws AppError INVALID_STATE when it is to be on and no means of payment is saved, INVALID_REQUEST for an amount beyond the limits, SERVICE_UNAVAILABLE
 */
export async function setAutoTopUp(rt: Runtime, actor: MemberActor, input: z.output<typeof autoTopUpInput>): Promise<Output> {
  const provider = requireProvider(rt);
  const { organizationId } = actor;
  const { credits } = priceOf(rt.config.payments, BigInt(input.credits));
  const at = rt.clock.now();
  await transact(rt, async (tx) => {
    const before = await lockAutoTopUp(tx, organizationId);
    const saved = before?.provider === provider.name && before.methodRef !== null;
    if (input.enabled && !saved) throw new AppError("INVALID_STATE", "No means of payment is saved: pay a top-up with saveMethod first.", { reason: "no_method" });
    const set = { enabled: input.enabled, threshold: BigInt(input.threshold), credits, monthlyCap: BigInt(input.monthlyCap) };
    const again = input.enabled && before?.enabled === false ? { failures: 0, lastFailure: null } : {};
    if (before) await updateAutoTopUp(tx, organizationId, { ...set, ...again, updatedAt: at });
    else {
      const nothing = { customerRef: null, methodRef: null, methodLabel: null, lastAttemptAt: null, failures: 0, lastFailure: null };
      await writeAutoTopUp(tx, { organizationId, ...set, provider: provider.name, ...nothing, updatedAt: at });
    }
    await recordAudit(tx, actor, {
      action: "auto_topup.set",
      subjectType: "organization",
      subjectId: organizationId,
      organizationId,
      ...(before ? { before: { enabled: before.enabled, threshold: before.threshold.toString(), credits: before.credits.toString(), monthlyCap: before.monthlyCap.toString() } } : {}),
      after: { ...input },
      at,
    });
  });
  rt.signals.send("payments");
  return getAutoTopUp(rt, actor);
}
