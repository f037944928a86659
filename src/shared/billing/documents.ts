import { z } from "zod";
import { id } from "../schema.ts";

/** A file as an answer: over REST its bytes themselves, to the web app this. */
export const fileOutput = z.object({ fileName: z.string(), contentType: z.string(), base64: z.string() });

const language = z.enum(["en", "ko"]).default("en").describe("the document's language");
export const statementFileInput = z.object({ id: id("statement"), language });
export const receiptFileInput = z.object({ id: id("topUp"), language });
