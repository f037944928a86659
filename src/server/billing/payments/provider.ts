import type { IncomingHttpHeaders } from "node:http";
import type { ProviderEvent } from "./payment-fact.ts";

/** Money as it is paid. */
export interface Price {
  /** in the currency's smallest unit */
  amountMinor: number;
  /** ISO 4217, in capitals */
  currency: string;
}

/** What a payment is for: credits, which are paid at once, or goods, for which the payment is only authorised until they have come out. */
export type PaymentSubject = { topUpId: string; orderId?: undefined } | { orderId: string; topUpId?: undefined };

export type CheckoutRequest = Price & PaymentSubject & CheckoutTerms;

interface CheckoutTerms {
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

export type RefundRequest = Price &
  PaymentSubject & {
    paymentRef: string;
    /** the same however often it is asked */
    key: string;
  };

/** What becomes of an authorisation. */
export interface EndRequest extends Price {
  orderId: string;
  paymentRef: string;
}

/** How it stands with an authorisation after it was asked to end: whatever was asked, it may have been ended otherwise before. */
export type EndResult = { capturedMinor: number } | { voided: true } | { refused: string };

/** A charge that was answered; one that may or may not have happened is thrown. */
export type ChargeResult = { paid: true; paymentRef: string } | { paid: false; paymentRef: string | null; reason: string };

/**
 * A payment company. Every call has a timeout, and the key that makes a repetition change nothing: the id of what is paid for, or the refund's key.
 * What is thrown holds no secret and no address with one.
 */
export interface PaymentProvider {
  readonly name: "stripe" | "test";
  /** A page to pay on. @throws AppError SERVICE_UNAVAILABLE, INVALID_REQUEST for an amount below what the provider takes */
  createCheckout(request: CheckoutRequest): Promise<{ providerRef: string; url: string }>;
  /** Closes a page that nobody is to pay on any more; one that was paid, or is over, stays as it is. @throws AppError SERVICE_UNAVAILABLE */
  closeCheckout(providerRef: string): Promise<void>;
  /** Charges a saved means of payment while the payer is away. @throws AppError SERVICE_UNAVAILABLE: whether it was charged is not known, ask again */
  chargeSaved(request: SavedCharge): Promise<ChargeResult>;
  /** @returns null when the provider refuses, with the reason. @throws AppError SERVICE_UNAVAILABLE: not known, ask again */
  refund(request: RefundRequest): Promise<{ refundRef: string } | { refused: string }>;
  /** Takes part of what was authorised, at most all of it; what is not taken is let go. @throws AppError SERVICE_UNAVAILABLE: not known, ask again */
  capture(request: EndRequest): Promise<EndResult>;
  /** Lets an authorisation go. @throws AppError SERVICE_UNAVAILABLE: not known, ask again */
  void(request: Omit<EndRequest, keyof Price>): Promise<EndResult>;
  /** Checks the signature over the body as it came, and its age. @throws AppError INVALID_REQUEST */
  readWebhook(body: string, headers: IncomingHttpHeaders): ProviderEvent;
}

/** Our id of what is paid for: part of the provider's keys. */
export function subjectId(subject: PaymentSubject): string {
  return subject.topUpId ?? subject.orderId;
}
