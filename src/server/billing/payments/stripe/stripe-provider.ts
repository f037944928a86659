import { Stripe } from "stripe";
import { AppError } from "#shared/errors.ts";
import type { PaymentSettings } from "#server/infra/config.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { type ChargeResult, type CheckoutRequest, type PaymentProvider, type PaymentSubject, type RefundRequest, type SavedCharge, subjectId } from "../provider.ts";
import { endIntent } from "./stripe-authorization.ts";
import { readStripeWebhook } from "./stripe-webhook.ts";

const TIMEOUT_MS = 15_000;
/** With the same idempotency key, so that the second finds what the first did. */
const RETRIES = 2;
/** Stripe takes no session that ends in less than half an hour. Goods are kept for less: their page stands longer, and is closed when they are not kept any more. */
const LONGER_MS = 35 * 60_000;

/**
 * Stripe by its own library: Checkout in the mode `payment`, saved means of payment charged off-session, refunds, signed webhooks. Our ids travel as metadata of the
 * payment, from where Stripe copies them to its charges.
 */
export function createStripeProvider(rt: Pick<Runtime, "clock" | "log">, settings: NonNullable<PaymentSettings["stripe"]>): PaymentProvider {
  const stripe = new Stripe(settings.secretKey, { maxNetworkRetries: RETRIES, timeout: TIMEOUT_MS, telemetry: false, appInfo: { name: "Switchyard" }, ...apiAt(settings.apiBase) });

  /** What Stripe refuses for a reason of the payment goes on as a value; everything else is thrown without Stripe's words, which can quote keys. */
  const ask = async <T>(what: string, call: () => Promise<T>): Promise<T> => {
    try {
      return await call();
    } catch (error) {
      if (error instanceof Stripe.errors.StripeCardError || (error instanceof Stripe.errors.StripeInvalidRequestError && (what === "refund" || what === "end"))) throw error;
      if (error instanceof Stripe.errors.StripeInvalidRequestError && error.code === "amount_too_small") {
        throw new AppError("INVALID_REQUEST", "The amount is below what the payment provider takes.", { reason: "amount_too_small" });
      }
      const { type, code, statusCode, requestId } = error as { type?: string; code?: string; statusCode?: number; requestId?: string };
      rt.log.error({ what, type, code, statusCode, stripeRequest: requestId }, "payments: Stripe did not do it");
      throw new AppError("SERVICE_UNAVAILABLE", "The payment provider does not answer as it should; try again.");
    }
  };

  return {
    name: "stripe",
    async createCheckout(request) {
      const session = await ask("checkout", () => stripe.checkout.sessions.create(checkoutParams(request), { idempotencyKey: `checkout-${subjectId(request)}` }));
      if (!session.url) throw new AppError("SERVICE_UNAVAILABLE", "The payment provider gave no page to pay on.");
      return { providerRef: session.id, url: session.url };
    },
    async closeCheckout(id) {
      try {
        await ask("end", () => stripe.checkout.sessions.expire(id, {}, { idempotencyKey: `close-${id}` }));
      } catch (error) {
        // Only an open session can be closed: this one is complete, or over.
        if (!(error instanceof Stripe.errors.StripeInvalidRequestError)) throw error;
      }
    },
    async chargeSaved(request) {
      try {
        const intent = await ask("charge", () => stripe.paymentIntents.create(chargeParams(request), { idempotencyKey: `charge-${request.topUpId}` }));
        return chargeResult(intent);
      } catch (error) {
        if (!(error instanceof Stripe.errors.StripeCardError)) throw error;
        return { paid: false, paymentRef: error.payment_intent?.id ?? null, reason: error.decline_code ?? error.code ?? "declined" };
      }
    },
    async refund(request) {
      try {
        const refund = await ask("refund", () => stripe.refunds.create(refundParams(request), { idempotencyKey: `refund-${request.key}` }));
        return refund.status === "failed" || refund.status === "canceled" ? { refused: refund.failure_reason ?? "failed" } : { refundRef: refund.id };
      } catch (error) {
        if (error instanceof Stripe.errors.StripeInvalidRequestError || error instanceof Stripe.errors.StripeCardError) return { refused: error.code ?? "refused" };
        throw error;
      }
    },
    capture: ({ orderId, paymentRef, amountMinor }) =>
      endIntent(stripe, paymentRef, () => ask("end", () => stripe.paymentIntents.capture(paymentRef, { amount_to_capture: amountMinor }, { idempotencyKey: `capture-${orderId}` })), ask),
    void: ({ orderId, paymentRef }) => endIntent(stripe, paymentRef, () => ask("end", () => stripe.paymentIntents.cancel(paymentRef, {}, { idempotencyKey: `void-${orderId}` })), ask),
    readWebhook: (body, headers) => readStripeWebhook(stripe, settings.webhookSecret, body, headers, rt.clock.now()),
  };
}

function apiAt(base: string | null): { host?: string; port?: string; protocol?: "http" | "https" } {
  if (base === null) return {};
  const { hostname, port, protocol } = new URL(base);
  return { host: hostname, port, protocol: protocol === "http:" ? "http" : "https" };
}

function checkoutParams(request: CheckoutRequest): Stripe.Checkout.SessionCreateParams {
  const { customerRef, saveMethod } = request;
  const metadata = metadataOf(request);
  return {
    mode: "payment",
    client_reference_id: subjectId(request),
    line_items: [{ quantity: 1, price_data: { currency: request.currency.toLowerCase(), unit_amount: request.amountMinor, product_data: { name: request.description } } }],
    success_url: request.returnUrl,
    cancel_url: request.cancelUrl,
    expires_at: Math.floor((request.expiresAt.getTime() + (request.orderId === undefined ? 0 : LONGER_MS)) / 1000),
    metadata,
    payment_intent_data: { metadata: saveMethod ? { ...metadata, save_method: "1" } : metadata, ...(saveMethod ? { setup_future_usage: "off_session" } : {}), ...(request.orderId === undefined ? {} : { capture_method: "manual" }) },
    ...(customerRef === null ? (saveMethod ? { customer_creation: "always" } : {}) : { customer: customerRef }),
  };
}

function chargeParams(request: SavedCharge): Stripe.PaymentIntentCreateParams {
  return {
    amount: request.amountMinor,
    currency: request.currency.toLowerCase(),
    customer: request.customerRef,
    payment_method: request.methodRef,
    description: request.description,
    off_session: true,
    confirm: true,
    metadata: { top_up_id: request.topUpId, automatic: "1" },
  };
}

function chargeResult(intent: Stripe.PaymentIntent): ChargeResult {
  if (intent.status === "succeeded") return { paid: true, paymentRef: intent.id };
  // A debit that takes days: its webhook says how it ends.
  if (intent.status === "processing") throw new AppError("SERVICE_UNAVAILABLE", "The payment is being processed.");
  return { paid: false, paymentRef: intent.id, reason: intent.last_payment_error?.decline_code ?? intent.last_payment_error?.code ?? intent.status };
}

function refundParams(request: RefundRequest): Stripe.RefundCreateParams {
  return { payment_intent: request.paymentRef, amount: request.amountMinor, metadata: { ...metadataOf(request), refund_key: request.key } };
}

/** Which of ours a payment is for, as its events will say. */
function metadataOf(subject: PaymentSubject): { top_up_id: string } | { order_id: string } {
  return subject.topUpId === undefined ? { order_id: subject.orderId } : { top_up_id: subject.topUpId };
}
