import { z } from "zod";
import { MICRO } from "../credits.ts";
import { id, micro, timestamp } from "../schema.ts";
import { slotCode } from "./schema.ts";
import { LINE_STATES, ORDER_STATUSES, PAYMENT_STATES } from "./states.ts";

/** What anybody sees and does at a machine's storefront, signed in or not. */

/** pieces in one order: they come out one after the other, and somebody waits */
export const MAX_PIECES = 10;

/** open: it sells; offline: it would, but has no connection; closed: its operator does not sell now; decommissioned: it never will again */
export const STOREFRONT_STATES = ["open", "offline", "closed", "decommissioned"] as const;
export type StorefrontState = (typeof STOREFRONT_STATES)[number];

/** Why a checkout is refused: `reason` of the error. */
export const REFUSALS = ["sold_out", "disabled", "price_changed", "product_changed", "offline", "closed", "decommissioned", "payment_unavailable"] as const;
export type Refusal = (typeof REFUSALS)[number];

export const ORDER_PAYMENTS = ["card", "credits"] as const;

const minor = z.number().int().describe("in the currency's smallest unit");

/**
 * What a piece costs by card: rounded to the currency's smallest unit, half up, and never nothing.
 * @param price micro-credits
 */
export function priceByCard(price: bigint, creditPriceMinor: number): number {
  const rounded = Number((price * BigInt(creditPriceMinor) + MICRO / 2n) / MICRO);
  return Math.max(1, rounded);
}

export const storefrontInput = z.object({ slug: z.string().trim().min(1).max(100) });

export const storefrontOutput = z.object({
  machineId: z.string(),
  slug: z.string(),
  name: z.string(),
  place: z.string().describe("its address; empty: not told"),
  state: z.enum(STOREFRONT_STATES),
  simulated: z.boolean(),
  payments: z.object({
    card: z.object({ provider: z.enum(["test", "stripe"]), currency: z.string().describe("ISO 4217") }).nullable().describe("null: it takes no cards"),
    credits: z.object({ available: micro }).nullable().describe("null: nobody is signed in, or may not spend the credits"),
  }),
  maxPieces: z.number().int().describe("in one order"),
  products: z
    .array(
      z.object({
        slot: z.string(),
        row: z.number().int(),
        column: z.number().int(),
        productId: z.string(),
        name: z.string(),
        sku: z.string(),
        description: z.string(),
        price: micro,
        priceMinor: minor.nullable().describe("by card; null: no cards"),
        available: z.number().int().describe("pieces that nobody else has reserved; 0: sold out, or not for sale"),
        disabled: z.boolean().describe("not for sale now, whatever is in it"),
      }),
    )
    .describe("slots that hold a product, in the order of the machine's rows"),
});

export const checkoutLine = z.object({
  slot: slotCode,
  productId: id("product"),
  price: micro.describe("of the piece as the buyer saw it: when it has changed the order is refused, with the new price"),
});

export const checkoutInput = z.object({
  slug: storefrontInput.shape.slug,
  lines: z.array(checkoutLine).min(1, { error: "must have a piece at least" }).max(MAX_PIECES, { error: `must be at most ${MAX_PIECES} pieces` }).describe("one for each piece; they come out in this order"),
  payment: z.enum(ORDER_PAYMENTS),
  idempotencyKey: z.uuid().describe("made by the page for this order: a repetition answers the same order"),
});

export const orderLineOutput = z.object({
  id: z.string(),
  slot: z.string(),
  name: z.string(),
  price: micro,
  priceMinor: minor.nullable(),
  state: z.enum(LINE_STATES).describe("unknown: it began to come out and the machine has not said how it ended"),
  code: z.string().nullable().describe("why it did not come out"),
});

/** An order as its buyer sees it. */
export const orderOutput = z.object({
  id: z.string(),
  slug: z.string().describe("the machine's"),
  machineName: z.string(),
  status: z.enum(ORDER_STATUSES),
  payment: z.enum(ORDER_PAYMENTS),
  paymentState: z.enum(PAYMENT_STATES),
  total: micro,
  captured: micro.describe("kept for what came out"),
  refunded: micro.describe("of a payment in credits: given back of what was captured"),
  currency: z.string().nullable(),
  amountMinor: minor.nullable(),
  capturedMinor: minor,
  refundedMinor: minor.describe("of a payment by card: given back of what was captured"),
  checkoutUrl: z.string().nullable().describe("where it is paid, while it can be"),
  failure: z.string().nullable().describe("why nothing came of it: cancelled, unpaid, declined, offline, amount_mismatch …"),
  receiptNumber: z.string().nullable(),
  lines: z.array(orderLineOutput),
  expiresAt: timestamp.describe("unpaid by then, it ends"),
  createdAt: timestamp,
  paidAt: timestamp.nullable(),
  endedAt: timestamp.nullable(),
});

/** `secret`: a guest's only right to see the order. It is given here and, on a repetition with the same key, again; nothing keeps it but its hash. */
export const checkoutOutput = z.object({ order: orderOutput, secret: z.string() });

export const orderAccess = z.object({ orderId: id("order"), secret: z.string().min(1).max(64) });
export const orderReceiptInput = orderAccess.extend({ language: z.enum(["en", "ko"]).default("en").describe("the document's language") });
