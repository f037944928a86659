import type { z } from "zod";
import type { adminTopUpOutput, refundInput } from "#shared/billing/top-ups.ts";
import { AppError, notFound } from "#shared/errors.ts";
import type { UserActor } from "#server/identity/actor.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { recordAudit } from "#server/platform/audit.ts";
import { toAdminTopUp } from "./admin-top-ups.ts";
import { endEvent, factsOf, insertPaymentEvent, waitingRefunds, type WaitingRefund } from "./inbox-repository.ts";
import { factOf } from "./payment-fact.ts";
import { paymentProvider, requireProvider } from "./providers.ts";
import { settleTopUp } from "./settlement.ts";
import { topUpState } from "./top-up-state.ts";
import { lockTopUp } from "./top-up-repository.ts";

/**
 * Refunds a payment, or part of it. The credits are taken back at once, so that nobody spends them while the provider is asked; when it refuses they come back. If
 * the provider does not answer, it is asked again until it does, with the same key.
 * @throws AppError NOT_FOUND, INVALID_STATE (not paid, disputed, or another provider's), INVALID_REQUEST beyond what is left of the payment, CONFLICT for a key with
 * another amount
 */
export async function refundPayment(rt: Runtime, actor: UserActor, input: z.output<typeof refundInput>): Promise<z.output<typeof adminTopUpOutput>> {
  const provider = requireProvider(rt);
  const at = rt.clock.now();
  const key = input.idempotencyKey;
  await transact(rt, async (tx) => {
    const topUp = await lockTopUp(tx, input.id);
    if (!topUp) throw notFound("top-up");
    if (topUp.provider !== provider.name) throw new AppError("INVALID_STATE", `This was paid through ${topUp.provider}, which is not configured any more.`, { state: topUp.status });
    const facts = (await factsOf(tx, topUp)).map((known) => known.fact);
    const asked = facts.find((fact) => fact.kind === "refunded" && fact.partRef === key);
    if (asked && asked.amountMinor !== input.amountMinor) throw new AppError("CONFLICT", "This key was used for another refund.");
    if (asked) return;
    const state = topUpState(topUp, facts);
    if (!state.paid || state.disputed) throw new AppError("INVALID_STATE", undefined, { state: topUp.status });
    const left = topUp.amountMinor - state.refundedMinor;
    if (input.amountMinor > left) {
      const message = `must be at most ${left}, what is left of the payment`;
      throw new AppError("INVALID_REQUEST", `amountMinor ${message}`, { details: [{ field: "amountMinor", message }] });
    }
    const fact = factOf("refunded", { amountMinor: input.amountMinor, currency: topUp.currency, partRef: key });
    const fresh = await insertPaymentEvent(tx, provider.name, { id: `refund:${key}`, type: "refund.requested", at, topUpId: topUp.id, orderId: null, paymentRef: topUp.paymentRef, fact }, at);
    if (!fresh) throw new AppError("CONFLICT", "This key was used for another refund.");
    await settleTopUp(tx, { topUpId: topUp.id, provider: provider.name, at });
    const { organizationId } = topUp;
    await recordAudit(tx, actor, { action: "topup.refund", subjectType: "top_up", subjectId: topUp.id, organizationId, after: { amountMinor: input.amountMinor, currency: topUp.currency, reason: input.reason }, at });
  });
  await sendRefunds(rt, input.id).catch((error: unknown) => rt.log.error({ err: error, topUpId: input.id }, "payments: a refund has no answer yet; it is asked again"));
  return toAdminTopUp(rt, input.id);
}

/** Asks the provider for refunds that have no answer yet. @param topUpId of this one alone */
export async function sendRefunds(rt: Runtime, topUpId?: string): Promise<void> {
  const provider = paymentProvider(rt);
  if (!provider) return;
  for (const waiting of await waitingRefunds(rt, provider.name, topUpId)) {
    const { key, paymentRef, amountMinor, currency } = waiting;
    const answer = await provider.refund({ topUpId: waiting.topUpId, paymentRef, amountMinor, currency, key });
    await transact(rt, (tx) => keepAnswer(tx, provider.name, waiting, answer, rt.clock.now()));
  }
}

async function keepAnswer(tx: Parameters<typeof endEvent>[0], provider: string, waiting: WaitingRefund, answer: { refundRef: string } | { refused: string }, at: Date): Promise<void> {
  const { eventId, topUpId, paymentRef, key, amountMinor, currency } = waiting;
  if ("refundRef" in answer) return endEvent(tx, { provider, eventId }, `refunded as ${answer.refundRef}`, at);
  const fact = factOf("refund_failed", { amountMinor, currency, partRef: key, reason: answer.refused });
  await insertPaymentEvent(tx, provider, { id: `refused:${key}`, type: "refund.refused", at, topUpId, orderId: null, paymentRef, fact }, at);
  await settleTopUp(tx, { topUpId, provider, at });
  await endEvent(tx, { provider, eventId }, `refused: ${answer.refused}`, at);
}
