import type { z } from "zod";
import type { auditInput, auditOutput } from "#shared/platform/schema.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { findAudit } from "./repository.ts";

/** The audit log, newest first; `search` in action and actor, or the id of a subject or request. */
export async function listAudit(rt: Runtime, input: z.output<typeof auditInput>): Promise<z.output<typeof auditOutput>> {
  const rows = await findAudit(rt, { before: input.cursor ?? null, search: input.search || undefined, limit: input.limit + 1 });
  const page = rows.slice(0, input.limit);
  return {
    data: page.map((row) => ({ ...row, before: row.before ?? null, after: row.after ?? null, at: row.at.toISOString() })),
    nextCursor: rows.length > input.limit ? (page.at(-1)?.id ?? null) : null,
  };
}
