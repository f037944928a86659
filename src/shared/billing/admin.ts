import { z } from "zod";
import { cursorInput, cursorOf, micro, pageInput, pageOf, timestamp } from "../schema.ts";
import { creditCategory, lotListInput, transferOutput } from "./schema.ts";

/** What administrators see and do with customers' credits. */
export const customerLedgerInput = cursorInput.extend({ organizationId: z.string().max(64) });
export const customerEntryOutput = transferOutput.extend({
  actorId: z.string().nullable().describe("the administrator who made it by hand"),
  counterpart: z.string().describe("kind of the account on the other side"),
  holdId: z.string().nullable(),
  reversed: micro.describe("of it, already given back"),
  reversible: micro.describe("of it, can be given back now"),
  lots: z.array(z.object({ lotId: z.string(), category: creditCategory, amount: micro.describe("positive: into the lot"), expiresAt: timestamp.nullable() })),
});
export const customerLedgerOutput = cursorOf(customerEntryOutput);

export const customerLotsInput = lotListInput.extend({ organizationId: z.string().max(64) });

export const holdListInput = pageInput.extend({ organizationId: z.string().max(64).optional() });
export const outstandingHoldOutput = z.object({
  id: z.string(),
  organizationId: z.string(),
  organizationName: z.string(),
  amount: micro,
  subjectType: z.string().nullable(),
  subjectId: z.string().nullable(),
  description: z.string(),
  createdAt: timestamp,
  expiresAt: timestamp.nullable(),
  underWay: z.boolean().describe("an operation on its subject is not over: it will resolve the hold"),
});
export const holdListOutput = pageOf(outstandingHoldOutput);

export const holdVoidInput = z.object({ id: z.string().max(64), reason: z.string().trim().min(3, { error: "must say why, in at least 3 characters" }).max(200) });
export const holdVoidOutput = z.object({ id: z.string(), status: z.enum(["voided", "expired"]) });

export const ledgerCheckOutput = z.object({ id: z.string(), startedAt: timestamp, finishedAt: timestamp, findings: z.array(z.string()).describe("what is wrong; empty when all holds") });
export const ledgerChecksOutput = z.object({ data: z.array(ledgerCheckOutput) });
