import { Stripe } from "stripe";
import { AppError } from "#shared/errors.ts";
import type { EndResult } from "../provider.ts";

/**
 * Ends an authorisation. What Stripe refuses because it has ended already, by an earlier call whose key is forgotten, by somebody at Stripe's own pages or by its
 * age, is answered as it ended.
 */
export async function endIntent(stripe: Stripe, paymentRef: string, end: () => Promise<Stripe.PaymentIntent>, ask: <T>(what: string, call: () => Promise<T>) => Promise<T>): Promise<EndResult> {
  try {
    return resultOf(await end()) ?? { refused: "not_ended" };
  } catch (error) {
    if (!(error instanceof Stripe.errors.StripeInvalidRequestError || error instanceof Stripe.errors.StripeCardError)) throw error;
    const intent = await ask("intent", () => stripe.paymentIntents.retrieve(paymentRef));
    return resultOf(intent) ?? { refused: error.code ?? "refused" };
  }
}

function resultOf(intent: Stripe.PaymentIntent): EndResult | null {
  if (intent.status === "succeeded") return { capturedMinor: intent.amount_received };
  if (intent.status === "canceled") return { voided: true };
  if (intent.status === "processing") throw new AppError("SERVICE_UNAVAILABLE", "The payment is being processed.");
  return null;
}
