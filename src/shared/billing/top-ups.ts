import { z } from "zod";
import { MICRO } from "../credits.ts";
import { cursorInput, cursorOf, id, micro, pageInput, pageOf, timestamp } from "../schema.ts";

/** Top-ups: payments that bring credits. What is paid is a whole number of the currency's smallest unit, `…Minor`; credits are micro-credits, as everywhere. */
export const TOP_UP_STATUSES = ["created", "paid", "failed", "expired", "refunded", "disputed"] as const;

const minor = z.number().int().describe("in the currency's smallest unit");
const currency = z.string().describe("ISO 4217");

/** What whole credits cost, in the currency's smallest unit. */
export function priceOfCredits(credits: bigint, creditPriceMinor: number): bigint {
  return (credits * BigInt(creditPriceMinor)) / MICRO;
}

/** Whole credits, in micro-credits. */
const wholeCredits = micro.refine((value) => BigInt(value) > 0n && BigInt(value) % MICRO === 0n, { error: "must be a whole number of credits above zero, in micro-credits" });

export const topUpOptionsOutput = z.object({
  provider: z.enum(["stripe", "test"]).nullable().describe("null: this installation takes no payments"),
  currency,
  creditPriceMinor: minor.describe("of one credit, in the currency's smallest unit"),
  minimum: micro,
  maximum: micro,
  presets: z.array(micro),
});

export const topUpInput = z.object({
  credits: wholeCredits,
  saveMethod: z.boolean().default(false).describe("keep the means of payment for automatic top-ups; the payer agrees to it on the provider's page"),
});

export const topUpOutput = z.object({
  id: z.string(),
  status: z.enum(TOP_UP_STATUSES),
  automatic: z.boolean(),
  provider: z.string(),
  credits: micro,
  currency,
  amountMinor: minor,
  refundedMinor: minor,
  receiptNumber: z.string().nullable(),
  failure: z.string().nullable().describe("why it failed, as the provider's code"),
  checkoutUrl: z.string().nullable().describe("where it is paid, while it can be"),
  createdAt: timestamp,
  paidAt: timestamp.nullable(),
});

export const topUpCreatedOutput = topUpOutput.extend({ checkoutUrl: z.string() });
export const topUpIdInput = z.object({ id: id("topUp") });
export const topUpListInput = cursorInput;
export const topUpListOutput = cursorOf(topUpOutput);

export const receiptOutput = z.object({
  number: z.string(),
  topUpId: z.string(),
  paidAt: timestamp,
  credits: micro,
  currency,
  amountMinor: minor,
  creditPriceMinor: minor.nullable().describe("of one credit then; null when it was no whole number"),
  provider: z.string(),
  paymentRef: z.string().nullable().describe("the provider's id of the payment"),
  automatic: z.boolean(),
  refundedMinor: minor,
});

export const autoTopUpOutput = z.object({
  enabled: z.boolean(),
  threshold: micro,
  credits: micro,
  monthlyCap: micro,
  usedThisMonth: micro.describe("of the cap, in this calendar month (UTC)"),
  methodLabel: z.string().nullable().describe("the saved means of payment; null: none, so it cannot be enabled"),
  failures: z.number().int().describe("in a row; it is turned off after 3"),
  lastFailure: z.string().nullable(),
  lastAttemptAt: timestamp.nullable(),
  pending: z.boolean().describe("a payment is under way"),
});

export const autoTopUpInput = z
  .object({
    enabled: z.boolean(),
    threshold: micro.refine((value) => BigInt(value) >= 0n && BigInt(value) <= 1_000_000_000_000n, { error: "must be between 0 and 1,000,000 credits" }),
    credits: wholeCredits,
    monthlyCap: micro.refine((value) => BigInt(value) > 0n && BigInt(value) <= 1_000_000_000_000n, { error: "must be more than zero and at most 1,000,000 credits" }),
  })
  .refine((value) => BigInt(value.monthlyCap) >= BigInt(value.credits), { path: ["monthlyCap"], error: "must be at least one top-up" });

export const adminTopUpOutput = topUpOutput.extend({
  organizationId: z.string(),
  providerRef: z.string().nullable(),
  paymentRef: z.string().nullable(),
  takenBack: micro.describe("of its credits, by refunds and disputes"),
  owed: micro.describe("of what was taken back: spent already, to be paid out of what comes in"),
});
export const adminTopUpListInput = pageInput.extend({ status: z.enum(TOP_UP_STATUSES).optional(), organizationId: z.string().max(64).optional() });
export const adminTopUpListOutput = pageOf(adminTopUpOutput);

export const refundInput = z.object({
  id: id("topUp"),
  amountMinor: z.number().int().min(1).max(99_999_999).describe("in the currency's smallest unit; at most what is left of the payment"),
  reason: z.string().trim().min(3, { error: "must say why, in at least 3 characters" }).max(200),
  /** made by the form; a repetition refunds once */
  idempotencyKey: z.uuid(),
});

export const testCheckoutInput = z.object({ id: z.string().max(64) });
export const testCheckoutOutput = z.object({
  status: z.enum(["open", "succeeded", "declined", "expired"]),
  amountMinor: minor,
  currency,
  saveMethod: z.boolean().nullable().describe("null: what is bought at a machine is paid once, and no card is kept"),
  returnUrl: z.string(),
});
/** Cards of the test provider, named by what they do. */
export const TEST_CARDS = ["succeeds", "declined", "disputed", "declined_later"] as const;
export const testPayInput = z.object({ id: z.string().max(64), card: z.enum(TEST_CARDS), save: z.boolean().default(false) });
export const testPayOutput = z.object({ paid: z.boolean(), returnUrl: z.string() });
