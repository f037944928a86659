import { formatCredits } from "#shared/credits.ts";
import { publish, type Tx } from "#server/infra/events.ts";
import { recordAudit } from "#server/platform/audit.ts";
import { creditTopUp } from "../top-up-credits.ts";
import { chargeFailed, chargePaid, keepMethod } from "./auto-top-up-outcome.ts";
import { factsOf, type KnownFact } from "./inbox-repository.ts";
import type { PaymentFact } from "./payment-fact.ts";
import { takeBackUpTo } from "./take-back.ts";
import { creditsTakenBack, topUpState } from "./top-up-state.ts";
import { lockTopUp, nextReceiptNumber, type TopUpRow, updateTopUp } from "./top-up-repository.ts";

const ACTOR = { kind: "system", name: "payments", requestId: "" } as const;

/**
 * Brings a top-up, its credits and its receipt to what is known of its payment. Everything follows from the set of known facts: called again, or with the facts
 * in another order, it ends the same. One transaction; the top-up is locked.
 * @param input.method that the event at hand brings; kept as the newest
 * @returns in words what it did, for the inbox
 */
export async function settleTopUp(tx: Tx, input: { topUpId: string; provider: string; method?: PaymentFact["method"]; at: Date }): Promise<string> {
  const { at } = input;
  const topUp = await lockTopUp(tx, input.topUpId);
  if (!topUp || topUp.provider !== input.provider) return "no such top-up of ours";
  const known = await factsOf(tx, topUp);
  const state = topUpState(topUp, known.map(({ fact }) => fact));
  const did: string[] = [];

  if (input.method) await keepMethod(tx, topUp, input.method, at);
  if (state.paid && topUp.paidAt === null) {
    await pay(tx, topUp, known, at);
    did.push("credited");
  }
  const change = await takeBackUpTo(tx, topUp, creditsTakenBack(topUp, state), at);
  if (change !== 0n) did.push(change > 0n ? `took back ${formatCredits(change)}` : `gave back ${formatCredits(-change)}`);

  const status = statusOf(topUp, state);
  const failure = state.paid ? null : state.mismatch ? "amount_mismatch" : state.failure;
  if (status !== topUp.status || state.refundedMinor !== topUp.refundedMinor || failure !== topUp.failure) {
    await updateTopUp(tx, topUp.id, { status, refundedMinor: state.refundedMinor, failure, updatedAt: at });
    did.push(status);
  }
  await announce(tx, topUp, { ...state, status }, at);
  return did.length === 0 ? "nothing new" : did.join(", ");
}

type State = ReturnType<typeof topUpState>;

function statusOf(topUp: TopUpRow, state: State): TopUpRow["status"] {
  if (state.paid) {
    if (state.disputed) return "disputed";
    return state.refundedMinor === topUp.amountMinor ? "refunded" : "paid";
  }
  if (state.mismatch || state.failure !== null) return "failed";
  return state.expired ? "expired" : topUp.status;
}

/** The receipt, and the credits. */
async function pay(tx: Tx, topUp: TopUpRow, known: readonly KnownFact[], at: Date): Promise<void> {
  const payment = known.find(({ fact }) => fact.kind === "paid" && fact.amountMinor === topUp.amountMinor && fact.currency === topUp.currency);
  const receiptNumber = await nextReceiptNumber(tx, at);
  // A clock of theirs that is ahead of ours must not date a receipt in the future.
  const paidAt = payment && payment.at < at ? payment.at : at;
  const paymentRef = known.find((one) => one.fact.kind === "paid" && one.paymentRef !== null)?.paymentRef ?? topUp.paymentRef;
  await updateTopUp(tx, topUp.id, { status: "paid", paidAt, receiptNumber, paymentRef, updatedAt: at });
  await creditTopUp(tx, {
    organizationId: topUp.organizationId,
    topUpId: topUp.id,
    credits: topUp.credits,
    description: `Top-up ${receiptNumber}`,
    ...(topUp.userId === null ? {} : { userId: topUp.userId }),
    at,
  });
  const { organizationId } = topUp;
  await recordAudit(tx, ACTOR, { action: "topup.paid", subjectType: "top_up", subjectId: topUp.id, organizationId, after: { credits: topUp.credits.toString(), receiptNumber }, at });
}

async function announce(tx: Tx, topUp: TopUpRow, now: State & { status: string }, at: Date): Promise<void> {
  const { id: topUpId, organizationId, currency, amountMinor } = topUp;
  const automatic = topUp.userId === null;
  const event = { subject: topUpId, organizationId, at };
  if (now.paid && topUp.paidAt === null) {
    if (automatic) await chargePaid(tx, organizationId, at);
    await publish(tx, { ...event, type: "credits.topup.paid", data: { topUpId, credits: topUp.credits.toString(), amountMinor, currency, automatic } });
  }
  if (now.refundedMinor !== topUp.refundedMinor) await publish(tx, { ...event, type: "credits.topup.refunded", data: { topUpId, refundedMinor: now.refundedMinor, currency } });
  if (now.status === "disputed" && topUp.status !== "disputed") await publish(tx, { ...event, type: "credits.topup.disputed", data: { topUpId, over: false } });
  if (now.status !== "disputed" && topUp.status === "disputed") await publish(tx, { ...event, type: "credits.topup.disputed", data: { topUpId, over: true } });
  if (now.status === topUp.status) return;
  if (now.mismatch && now.status === "failed") {
    const data = { topUpId, expected: `${amountMinor} ${currency}`, paid: `${now.mismatch.amountMinor} ${now.mismatch.currency}` };
    await publish(tx, { ...event, type: "credits.topup.mismatched", data });
    await recordAudit(tx, ACTOR, { action: "topup.mismatched", subjectType: "top_up", subjectId: topUpId, organizationId, after: data, at });
  } else if (now.status === "failed") {
    const reason = now.failure ?? "declined";
    if (automatic) await chargeFailed(tx, organizationId, reason, at);
    await publish(tx, { ...event, type: "credits.topup.failed", data: { topUpId, reason, automatic } });
  }
  if (now.status === "expired") await publish(tx, { ...event, type: "credits.topup.expired", data: { topUpId } });
}
