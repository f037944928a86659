import type { z } from "zod";
import type * as schema from "#shared/platform/schema.ts";

/** What the API answers administrators with, as the components use it. */
export type Overview = z.infer<typeof schema.overviewOutput>;
export type Host = Overview["hosts"][number];
export type Customer = z.infer<typeof schema.customerOutput>;
export type AdminVm = z.infer<typeof schema.adminVmOutput>;
/** `before` and `after` may be left out on the wire, where undefined does not travel. */
export type AuditEntry = Omit<z.infer<typeof schema.auditOutput>["data"][number], "before" | "after"> & { before?: unknown; after?: unknown };
export type Health = z.infer<typeof schema.healthOutput>;
