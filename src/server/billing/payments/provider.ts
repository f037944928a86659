import type { IncomingHttpHeaders } from "node:http";
import type { ProviderEvent } from "./payment-fact.ts";

/** Money as it is paid. */
export interface Price {
  /** in the currency's smallest unit */
  amountMinor: number;
  /** ISO 4217, in capitals */
  currency: string;
}

export interface CheckoutRequest extends Price {
  topUpId: string;
  /** what the payer reads: "25 credits" */
  description: string;
  /** where the payer comes back to, paid or not */
  returnUrl: string;
  cancelUrl: string;
  /** the means of payment is kept to be charged later, with the payer's consent there */
  saveMethod: boolean;
  /** the provider's id of the payer from an earlier payment */
  customerRef: string | null;
  expiresAt: Date;
}

export interface SavedCharge extends Price {
  topUpId: string;
  description: string;
  customerRef: string;
  methodRef: string;
}

export interface RefundRequest extends Price {
  topUpId: string;
  paymentRef: string;
  /** the same however often it is asked */
  key: string;
}

/** A charge that was answered; one that may or may not have happened is thrown. */
export type ChargeResult = { paid: true; paymentRef: string } | { paid: false; paymentRef: string | null; reason: string };

/**
 * A payment company. Every call has a timeout, and the key that makes a repetition change nothing: the id of the top-up, or the refund's key.
 * What is thrown holds no secret and no address with one.
 */
export interface PaymentProvider {
  readonly name: "stripe" | "test";
  /** A page where the top-up is paid. @throws AppError SERVICE_UNAVAILABLE */
  createCheckout(request: CheckoutRequest): Promise<{ providerRef: string; url: string }>;
  /** Charges a saved means of payment while the payer is away. @throws AppError SERVICE_UNAVAILABLE: whether it was charged is not known, ask again */
  chargeSaved(request: SavedCharge): Promise<ChargeResult>;
  /** @returns null when the provider refuses, with the reason. @throws AppError SERVICE_UNAVAILABLE: not known, ask again */
  refund(request: RefundRequest): Promise<{ refundRef: string } | { refused: string }>;
  /** Checks the signature over the body as it came, and its age. @throws AppError INVALID_REQUEST */
  readWebhook(body: string, headers: IncomingHttpHeaders): ProviderEvent;
}
