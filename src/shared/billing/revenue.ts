import { z } from "zod";
import { micro, pageInput, pageOf, timestamp } from "../schema.ts";

/**
 * The revenue report: what happened to all customers' credits in some months, by what was on the other side. Every transfer is in one line; amounts are as customers see
 * them, positive: they received. Opening and all lines make the closing.
 */
export const REVENUE_LINES = ["topup", "manual", "taken_back", "debt_paid", "grant", "grant_revoked", "promotion_expired", "usage", "usage_given_back", "sale", "breakage", "adjustment"] as const;
export type RevenueLine = (typeof REVENUE_LINES)[number];

/** The kind of system account that is on the other side of a line. */
export const ACCOUNT_OF_LINE = {
  topup: "settlement",
  manual: "settlement",
  taken_back: "settlement",
  debt_paid: "settlement",
  grant: "promotion",
  grant_revoked: "promotion",
  promotion_expired: "promotion",
  usage: "revenue",
  usage_given_back: "revenue",
  sale: "sales",
  breakage: "breakage",
  adjustment: "adjustment",
} as const satisfies Record<RevenueLine, string>;

/** The longest time of a report, and of one by day. */
export const MONTHS_AT_MOST = 36;
export const MONTHS_BY_DAY = 3;

const month = z.string().regex(/^20\d\d-(0[1-9]|1[0-2])$/, { error: "must be a month from 2000 to 2099, like 2026-11" });

/** How many calendar months there are from one to another, both counted; not above zero when the other comes first. */
export function monthsBetween({ from, to }: { from: string; to: string }): number {
  const number = (name: string) => Number(name.slice(0, 4)) * 12 + Number(name.slice(5));
  return number(to) - number(from) + 1;
}

export const REVENUE_STEPS = ["month", "day"] as const;
export const revenuePeriodInput = z.object({
  from: month.optional().describe("the first month (UTC), like 2026-10; absent: the last one"),
  to: month.optional().describe(`the last month (UTC), itself included; absent: the present one. At most ${MONTHS_AT_MOST} months`),
});
export const revenueInput = revenuePeriodInput.extend({ by: z.enum(REVENUE_STEPS).default("month").describe(`by day: at most ${MONTHS_BY_DAY} months`) });
export const revenueCustomersInput = revenuePeriodInput.extend(pageInput.shape);

const parts = { amount: micro, paid: micro.describe("of the amount: in paid credits"), promotional: micro.describe("of the amount: in promotional credits") };
const balance = z.object(parts);
const lines = z.array(z.object({ line: z.enum(REVENUE_LINES), count: z.number().int().describe("transfers"), ...parts }));

/** Payments as money, in the currency's smallest unit, at the time when their credits were booked. */
const money = z.array(
  z.object({
    currency: z.string().describe("ISO 4217"),
    payments: z.number().int(),
    paidMinor: z.number().int(),
    refundedMinor: z.number().int().describe("less refunds that failed later"),
    disputedMinor: z.number().int().describe("taken back by banks, less what they gave back"),
    netMinor: z.number().int(),
  }),
);

export const revenueOutput = z.object({
  from: z.string().describe("the first month"),
  to: z.string().describe("the last month"),
  start: timestamp,
  end: timestamp.describe("the first moment after it; the future where it is not over"),
  upToDate: z.boolean().describe("false: the sums are still being brought up to the ledger; ask again"),
  opening: balance.describe("what all customers had unspent"),
  lines,
  closing: balance.describe("opening and lines together: what customers have unspent at the end, or now"),
  held: micro.describe("of the closing: reserved by operations"),
  owedUsage: micro.describe("besides: usage that fell due by then and was not paid by then"),
  owedPayments: micro.describe("besides: of payments taken back, what was spent already and not paid back by then; debts forgiven since are left out"),
  money,
  steps: z.array(z.object({ at: timestamp.describe("when it begins"), lines, closing: balance, money })).describe("days or months of UTC without gaps, up to now"),
});

export const revenueCustomerOutput = z.object({
  organizationId: z.string(),
  organizationName: z.string(),
  toppedUp: micro.describe("in credits: top-ups and payments entered by hand, less what was taken back"),
  given: micro.describe("promotions less what was revoked or expired"),
  consumed: balance.describe("less what was given back"),
  breakage: micro.describe("paid credits that expired"),
  adjusted: micro,
  closing: micro.describe("balance at the end, or now"),
  money: money.describe("their payments as money, by currency; what was entered by hand is in none"),
});
export const revenueCustomersOutput = pageOf(revenueCustomerOutput).describe("who consumed most first");

export const revenueProductOutput = z.object({
  resourceType: z.string().nullable().describe("vm; null: charges that no resource's hours name"),
  component: z.string().nullable().describe("compute: while it runs; storage: while it exists"),
  planId: z.string().nullable().describe("null: of no plan, or of before prices had versions"),
  planName: z.string().nullable().describe("null: there is no such plan any more"),
  hours: z.number().describe("charged"),
  ...parts,
});
export const revenueProductsOutput = z.object({ total: balance, data: z.array(revenueProductOutput).describe("the dearest first; of a VM with upgrades all stands under its plan") });
