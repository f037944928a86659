import type { IncomingHttpHeaders } from "node:http";
import type { Stripe } from "stripe";
import { AppError } from "#shared/errors.ts";
import { isId } from "#shared/ids.ts";
import { factOf, type PaymentFact, type ProviderEvent } from "../payment-fact.ts";

/** Seconds that a signature is good for, in both directions. */
const TOLERANCE_SECONDS = 300;

/**
 * An event of Stripe's, if the signature over the body as it came is Stripe's and fresh.
 * @throws AppError INVALID_REQUEST; its text says nothing of the secret or the signature that was expected
 */
export function readStripeWebhook(stripe: Stripe, secret: string, body: string, headers: IncomingHttpHeaders, now: Date): ProviderEvent {
  const signature = headers["stripe-signature"];
  let event: Stripe.Event;
  try {
    event = stripe.webhooks.constructEvent(body, String(signature ?? ""), secret, TOLERANCE_SECONDS, undefined, now.getTime());
  } catch {
    throw new AppError("INVALID_REQUEST", "The signature is missing, wrong or too old.");
  }
  // The library leaves signatures from the future alone.
  const signedAt = Number(/(?:^|,)t=(\d+)/.exec(String(signature))?.[1] ?? 0);
  if (signedAt * 1000 > now.getTime() + TOLERANCE_SECONDS * 1000) throw new AppError("INVALID_REQUEST", "The signature is missing, wrong or too old.");
  if (typeof event.id !== "string" || typeof event.type !== "string" || !Number.isInteger(event.created)) throw new AppError("INVALID_REQUEST", "This is no event of Stripe's.");
  return { id: event.id, type: event.type, at: new Date(event.created * 1000), ...aboutPayment(event) };
}

type About = Pick<ProviderEvent, "topUpId" | "orderId" | "paymentRef" | "fact">;

/** What an event says of a payment; kinds that we don't know are kept and say nothing. */
function aboutPayment(event: Stripe.Event): About {
  switch (event.type) {
    case "checkout.session.completed":
    case "checkout.session.async_payment_succeeded":
      // A debit that takes days completes the session unpaid; a later event says how it ended.
      return ofSession(event.data.object, event.data.object.payment_status === "paid" ? "paid" : "other");
    case "checkout.session.async_payment_failed":
      return ofSession(event.data.object, "failed", "async_payment_failed");
    case "checkout.session.expired":
      return ofSession(event.data.object, "expired");
    case "payment_intent.amount_capturable_updated": {
      const intent = event.data.object;
      const authorized = intent.status === "requires_capture" && intent.amount_capturable > 0;
      return { ...named(intent.metadata), paymentRef: intent.id, fact: factOf(authorized ? "authorized" : "other", { amountMinor: intent.amount_capturable, currency: intent.currency.toUpperCase() }) };
    }
    case "payment_intent.canceled":
      return { ...named(event.data.object.metadata), paymentRef: event.data.object.id, fact: factOf("voided", { reason: event.data.object.cancellation_reason }) };
    case "payment_intent.succeeded": {
      const intent = event.data.object;
      const about = named(intent.metadata);
      return { ...about, paymentRef: intent.id, fact: factOf(about.orderId === null ? "paid" : "captured", { amountMinor: intent.amount_received, currency: intent.currency.toUpperCase() }) };
    }
    case "payment_intent.payment_failed": {
      const intent = event.data.object;
      const reason = intent.last_payment_error?.decline_code ?? intent.last_payment_error?.code ?? "declined";
      // At Stripe's page the payer tries another card; only a charge without them has failed by this.
      return { ...named(intent.metadata), paymentRef: intent.id, fact: factOf(intent.metadata?.automatic === "1" ? "failed" : "other", { reason }) };
    }
    case "charge.succeeded":
      return ofCharge(event.data.object, factOf("other", { method: savedMethod(event.data.object) }));
    case "charge.refunded": {
      const charge = event.data.object;
      return ofCharge(charge, factOf("refunded", { amountMinor: charge.amount_refunded, currency: charge.currency.toUpperCase(), cumulative: true }));
    }
    case "refund.created":
    case "refund.updated":
    case "refund.failed":
    case "charge.refund.updated":
      return ofRefund(event.data.object);
    case "charge.dispute.created":
    case "charge.dispute.updated":
    case "charge.dispute.closed":
    case "charge.dispute.funds_withdrawn":
    case "charge.dispute.funds_reinstated":
      return ofDispute(event.data.object);
    default:
      return { topUpId: null, orderId: null, paymentRef: null, fact: factOf("other") };
  }
}

function ofSession(session: Stripe.Checkout.Session, kind: PaymentFact["kind"], reason: string | null = null): About {
  return {
    ...named(session.metadata, session.client_reference_id),
    paymentRef: idOf(session.payment_intent),
    fact: factOf(kind, { amountMinor: session.amount_total ?? null, currency: session.currency?.toUpperCase() ?? null, reason }),
  };
}

function ofCharge(charge: Stripe.Charge, fact: PaymentFact): About {
  return { ...named(charge.metadata), paymentRef: idOf(charge.payment_intent), fact };
}

function savedMethod(charge: Stripe.Charge): PaymentFact["method"] {
  const customerRef = idOf(charge.customer);
  if (charge.metadata?.save_method !== "1" || customerRef === null || charge.payment_method === null) return null;
  const card = charge.payment_method_details?.card;
  const brand = card?.brand ?? charge.payment_method_details?.type ?? "";
  return { customerRef, methodRef: charge.payment_method, label: `${brand.charAt(0).toUpperCase()}${brand.slice(1)}${card?.last4 ? ` •••• ${card.last4}` : ""}` };
}

function ofRefund(refund: Stripe.Refund): About {
  const back = refund.status === "failed" || refund.status === "canceled";
  return {
    ...named(refund.metadata),
    paymentRef: idOf(refund.payment_intent),
    fact: factOf(back ? "refund_failed" : "refunded", {
      amountMinor: refund.amount,
      currency: refund.currency.toUpperCase(),
      partRef: refund.metadata?.refund_key ?? refund.id,
      reason: back ? (refund.failure_reason ?? null) : null,
    }),
  };
}

/** A bank's mere inquiry (`warning_…`) takes no money back. */
function ofDispute(dispute: Stripe.Dispute): About {
  const kind = ({ needs_response: "disputed", under_review: "disputed", lost: "dispute_lost", won: "dispute_won", prevented: "dispute_won" } as const)[dispute.status as string] ?? "other";
  return {
    topUpId: null,
    orderId: null,
    paymentRef: idOf(dispute.payment_intent),
    fact: factOf(kind, { amountMinor: dispute.amount, currency: dispute.currency.toUpperCase(), partRef: dispute.id, reason: dispute.reason }),
  };
}

/** Which of ours it is about. @param reference our id as the checkout was told it, where there is no metadata */
function named(metadata: Stripe.Metadata | null | undefined, reference: string | null = null): Pick<About, "topUpId" | "orderId"> {
  const orderId = metadata?.order_id ?? (reference !== null && isId("order", reference) ? reference : null);
  return { topUpId: orderId === null ? (metadata?.top_up_id ?? reference) : null, orderId };
}

function idOf(reference: string | { id: string } | null | undefined): string | null {
  return typeof reference === "string" ? reference : (reference?.id ?? null);
}
