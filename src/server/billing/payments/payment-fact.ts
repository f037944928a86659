import { z } from "zod";

/**
 * What a payment provider told us about a payment, in our words, or what we asked of it. A fact never changes and says nothing about others: the state of a
 * top-up or a sale follows from the set of its facts, whatever order they came in (top-up-state.ts, sales/sale-state.ts).
 */
export const paymentFact = z.object({
  kind: z.enum([
    "paid",
    "failed",
    "expired",
    "refunded",
    "refund_failed",
    "disputed",
    "dispute_won",
    "dispute_lost",
    // Of sales, which are authorised first: promised by the payer's bank; taken, in whole or in part; let go.
    "authorized",
    "captured",
    "voided",
    // What we asked to become of an authorisation, and that the provider would not.
    "capture_asked",
    "void_asked",
    "end_refused",
    "other",
  ]),
  /** in the currency's smallest unit: of what was paid, or refunded */
  amountMinor: z.number().int().nullable(),
  /** ISO 4217, in capitals */
  currency: z.string().nullable(),
  /** the provider's id of the refund or the dispute; of a refund that we asked for, our key of it */
  partRef: z.string().nullable(),
  /** of a refund: the amount is all that was refunded of the payment by then, not one refund's */
  cumulative: z.boolean(),
  /** why it failed or was disputed, as the provider's code */
  reason: z.string().nullable(),
  /** a means of payment that may be charged later */
  method: z.object({ customerRef: z.string(), methodRef: z.string(), label: z.string() }).nullable(),
});
export type PaymentFact = z.infer<typeof paymentFact>;

/** A fact with where it came from. */
export interface ProviderEvent {
  /** the provider's id of the event: the same however often it is delivered */
  id: string;
  /** the provider's name of what happened */
  type: string;
  at: Date;
  /** our id, where the provider was told: one of the two */
  topUpId: string | null;
  orderId: string | null;
  /** the provider's id of the payment */
  paymentRef: string | null;
  fact: PaymentFact;
}

/** A fact of which nothing is said but its kind. */
export function factOf(kind: PaymentFact["kind"], more: Partial<PaymentFact> = {}): PaymentFact {
  return { kind, amountMinor: null, currency: null, partRef: null, cumulative: false, reason: null, method: null, ...more };
}
