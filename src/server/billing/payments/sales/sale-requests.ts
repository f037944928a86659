import { AppError } from "#shared/errors.ts";
import type { Tx } from "#server/infra/events.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { endEvent, insertPaymentEvent } from "../inbox-repository.ts";
import { factOf, type PaymentFact } from "../payment-fact.ts";
import type { PaymentProvider } from "../provider.ts";
import { paymentProvider } from "../providers.ts";
import type { SettleSale } from "./sale-inbox.ts";
import { lockRequest, waitingSaleRequests, type WaitingSaleRequest } from "./sale-repository.ts";

/** A sale whose payment was authorised; its order is locked. */
export interface AuthorizedSale {
  orderId: string;
  provider: string;
  paymentRef: string;
  currency: string;
}

/**
 * Decides what becomes of an authorisation: so much of it is taken, or it is let go. Decided once for each order; what is decided is asked of the provider until it
 * has answered (`sendSaleRequests`).
 * @param captureMinor 0: let it go
 * @returns whether it was decided now
 */
export async function decideEnd(tx: Tx, sale: AuthorizedSale, captureMinor: number, at: Date): Promise<boolean> {
  const { orderId, provider, paymentRef, currency } = sale;
  const capture = captureMinor > 0;
  const fact = capture ? factOf("capture_asked", { amountMinor: captureMinor, currency }) : factOf("void_asked");
  return insertPaymentEvent(tx, provider, { id: `end:${orderId}`, type: capture ? "capture.requested" : "void.requested", at, topUpId: null, orderId, paymentRef, fact }, at);
}

/**
 * Asks for part of what was taken to be given back. Once for each key.
 * @returns whether it was asked now
 * @throws AppError CONFLICT when the key stands for another refund
 */
export async function askRefund(tx: Tx, sale: AuthorizedSale, refund: { key: string; amountMinor: number }, at: Date, known: readonly PaymentFact[]): Promise<boolean> {
  const { orderId, provider, paymentRef, currency } = sale;
  const { key, amountMinor } = refund;
  const asked = known.find((fact) => fact.kind === "refunded" && fact.partRef === key);
  if (asked && asked.amountMinor !== amountMinor) throw new AppError("CONFLICT", "This key was used for another refund.");
  if (asked) return false;
  const fact = factOf("refunded", { amountMinor, currency, partRef: key });
  const fresh = await insertPaymentEvent(tx, provider, { id: `sale-refund:${key}`, type: "refund.requested", at, topUpId: null, orderId, paymentRef, fact }, at);
  if (!fresh) throw new AppError("CONFLICT", "This key was used for another refund.");
  return true;
}

/**
 * Asks the provider what was decided and has no answer, and settles the order with the answer. One that is not answered does not hold up the others.
 * @param orderId of this one alone
 */
export async function sendSaleRequests(rt: Runtime, settle: SettleSale, orderId?: string): Promise<void> {
  const provider = paymentProvider(rt);
  if (!provider) return;
  const asked = new Set<string>();
  for (;;) {
    // An answer may lead to another request.
    const waiting = (await waitingSaleRequests(rt, provider.name, orderId)).filter(({ eventId }) => !asked.has(eventId));
    if (waiting.length === 0) return;
    for (const each of waiting) {
      asked.add(each.eventId);
      await askAndKeep(rt, provider, each, settle);
    }
  }
}

async function askAndKeep(rt: Runtime, provider: PaymentProvider, waiting: WaitingSaleRequest, settle: SettleSale): Promise<void> {
  try {
    const answer = await ask(provider, waiting);
    await transact(rt, (tx) => keepAnswer(tx, provider.name, waiting, answer, settle, rt.clock.now()));
  } catch (error) {
    rt.log.error({ err: error, orderId: waiting.orderId, type: waiting.type }, "sales: the payment provider has not answered; it is asked again");
  }
}

/** The provider's answer, as a fact; null: it did as it was asked, which is a fact already. */
async function ask(provider: PaymentProvider, waiting: WaitingSaleRequest): Promise<PaymentFact | null> {
  const { orderId, paymentRef, amountMinor, currency, key } = waiting;
  if (waiting.type === "refund.requested") {
    const answer = await provider.refund({ orderId, paymentRef, amountMinor, currency, key: key ?? orderId });
    return "refundRef" in answer ? null : factOf("refund_failed", { amountMinor, currency, partRef: key, reason: answer.refused });
  }
  const answer = waiting.type === "capture.requested" ? await provider.capture({ orderId, paymentRef, amountMinor, currency }) : await provider.void({ orderId, paymentRef });
  if ("voided" in answer) return factOf("voided");
  if ("refused" in answer) return factOf("end_refused", { reason: answer.refused });
  return factOf("captured", { amountMinor: answer.capturedMinor, currency });
}

async function keepAnswer(tx: Tx, provider: string, waiting: WaitingSaleRequest, answer: PaymentFact | null, settle: SettleSale, at: Date): Promise<void> {
  const { eventId, orderId, paymentRef } = waiting;
  // Two may have asked at once: the provider did it once, and said the same to both.
  if (!(await lockRequest(tx, { provider, eventId }))) return;
  await endEvent(tx, { provider, eventId }, answer === null ? "done" : `${answer.kind}${answer.reason === null ? "" : `: ${answer.reason}`}`, at);
  if (answer === null) {
    await settle(tx, { orderId, at });
    return;
  }
  const id = `answer:${eventId}`;
  await insertPaymentEvent(tx, provider, { id, type: "sale.answered", at, topUpId: null, orderId, paymentRef, fact: answer }, at);
  await endEvent(tx, { provider, eventId: id }, await settle(tx, { orderId, at }), at);
}

/** Asks once more for an authorisation to be let go that the provider refused to end. @returns whether it was asked now */
export async function askVoidAgain(tx: Tx, sale: AuthorizedSale, key: string, at: Date): Promise<boolean> {
  const { orderId, provider, paymentRef } = sale;
  return insertPaymentEvent(tx, provider, { id: `end:${orderId}:${key}`, type: "void.requested", at, topUpId: null, orderId, paymentRef, fact: factOf("void_asked") }, at);
}
