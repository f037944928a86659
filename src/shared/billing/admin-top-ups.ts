import { z } from "zod";
import { id, micro, pageInput, pageOf, timestamp } from "../schema.ts";
import { adminTopUpOutput, TOP_UP_STATUSES } from "./top-ups.ts";

/** Payments of all customers as administrators search and judge them. */
export const TOP_UP_FILTERS = [...TOP_UP_STATUSES, "mismatched"] as const;
export const PROVIDERS = ["stripe", "test"] as const;

export const topUpSearchInput = pageInput.extend({
  search: z.string().trim().max(100).optional().describe("a customer's name or e-mail, or the id, the receipt or a reference of the provider's"),
  status: z.enum(TOP_UP_FILTERS).optional().describe("mismatched: something else was paid than was asked, nothing was credited"),
  provider: z.enum(PROVIDERS).optional(),
  attention: z.boolean().default(false).describe("those alone that need somebody: disputes that are open, and mismatches of the last 30 days"),
});
export const foundTopUpOutput = adminTopUpOutput.extend({ organizationName: z.string(), mismatched: z.boolean() });
export const topUpSearchOutput = pageOf(foundTopUpOutput);

export const topUpDetailInput = z.object({ id: id("topUp") });
export const topUpDetailOutput = foundTopUpOutput.extend({
  userName: z.string().nullable().describe("who began it; null: automatic"),
  refundableMinor: z.number().int().describe("what can be refunded of it now, in the currency's smallest unit"),
  disputed: z.enum(["open", "lost", "won"]).nullable(),
  facts: z
    .array(
      z.object({
        id: z.string(),
        at: timestamp,
        kind: z.string().describe("paid, failed, expired, refunded, refund_failed, disputed, dispute_won, dispute_lost, other"),
        event: z.string().describe("the provider's name of it; refund.requested: asked for here"),
        amountMinor: z.number().int().nullable(),
        currency: z.string().nullable(),
        reason: z.string().nullable(),
        outcome: z.string().nullable().describe("what it did; null: not processed, or a refund without an answer yet"),
      }),
    )
    .describe("all that is known of the payment, the latest first"),
  debts: z.array(z.object({ id: z.string(), amount: micro, paidAmount: micro, createdAt: timestamp, settledAt: timestamp.nullable() })).describe("what was spent already when it was taken back"),
  transfers: z.array(z.object({ id: z.string(), kind: z.string(), amount: micro.describe("positive: the customer received"), description: z.string(), createdAt: timestamp })),
});
