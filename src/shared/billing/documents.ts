import { z } from "zod";
import { id } from "../schema.ts";

/** A file as an answer: over REST its bytes themselves, to the web app this. */
export const fileOutput = z.object({ fileName: z.string(), contentType: z.string(), base64: z.string() });

const language = z.enum(["en", "ko"]).default("en").describe("the document's language");
export const statementFileInput = z.object({ id: id("statement"), language });
export const receiptFileInput = z.object({ id: id("topUp"), language });

const day = z.iso.date();
const days = {
  from: day.optional().describe("the first day (UTC); absent: from the beginning"),
  to: day.optional().describe("the last day (UTC), itself included; absent: until now"),
};
const ordered = (value: { from?: string | undefined; to?: string | undefined }) => value.from === undefined || value.to === undefined || value.from <= value.to;
const BEFORE = { path: ["to"], error: "must not be before the first day" };
export const ledgerFileInput = z.object(days).refine(ordered, BEFORE);
export const customerLedgerFileInput = z.object({ ...days, organizationId: z.string().max(64) }).refine(ordered, BEFORE);
