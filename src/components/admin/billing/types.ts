import type { z } from "zod";
import type * as admin from "#shared/billing/admin.ts";
import type { customerDetailOutput } from "#shared/platform/schema.ts";

/** What the API tells administrators of customers' credits. */
export type CustomerDetail = z.infer<typeof customerDetailOutput>;
export type LedgerEntry = z.infer<typeof admin.customerEntryOutput>;
export type OutstandingHold = z.infer<typeof admin.outstandingHoldOutput>;
export type LedgerCheck = z.infer<typeof admin.ledgerCheckOutput>;
