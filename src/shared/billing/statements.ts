import { z } from "zod";
import { id, micro, pageInput, pageOf, timestamp } from "../schema.ts";

/** A month of an organization, closed: what stood on its account, what came and went, and what stood then. */
export const STATEMENT_KINDS = ["topup", "grant", "usage", "sale", "expiry", "adjustment", "reversal_topup", "reversal_grant", "reversal_usage", "reversal_sale", "reversal_expiry", "reversal_adjustment"] as const;
export type StatementKind = (typeof STATEMENT_KINDS)[number];

const kind = z.enum(STATEMENT_KINDS).describe("reversal_topup: a payment refunded; reversal_grant: a grant revoked; reversal_usage: a charge given back; sale: goods out of machines");
const parts = { amount: micro.describe("positive: received; negative: spent"), paid: micro.describe("of the amount: in paid credits"), promotional: micro.describe("of the amount: in promotional credits") };
const balance = z.object({ amount: micro, paid: micro, promotional: micro });

export const statementOutput = z.object({
  id: z.string(),
  number: z.string(),
  period: z.string().describe("the month, in UTC: 2026-11"),
  periodStart: timestamp,
  periodEnd: timestamp.describe("the first moment after it"),
  issuedAt: timestamp,
  opening: balance,
  totals: z.array(z.object({ kind, count: z.number().int(), ...parts })),
  closing: balance.describe("opening and totals together; the next statement's opening"),
});

/** Usage of one component of a resource at one price. */
export const statementUsage = z.object({
  resourceType: z.string(),
  resourceId: z.string(),
  resourceName: z.string(),
  projectId: z.string().nullable(),
  component: z.string(),
  seconds: z.number().int().describe("charged"),
  pricePerHour: micro.nullable(),
  from: timestamp.describe("its first hour"),
  to: timestamp.describe("its last hour"),
  amount: micro,
});

export const statementEntry = z.object({
  at: timestamp,
  kind,
  description: z.string(),
  reference: z.string().nullable().describe("number of the receipt of a top-up; else the id of what it is about"),
  ...parts,
});

const omitted = z.object({ count: z.number().int(), amount: micro }).describe("beyond the most that one answer holds, in sum");
export const statementDetail = statementOutput.extend({ usage: z.array(statementUsage), entries: z.array(statementEntry), omittedUsage: omitted, omittedEntries: omitted });

export const statementListInput = pageInput;
export const statementListOutput = pageOf(statementOutput);
export const statementIdInput = z.object({ id: id("statement") });
