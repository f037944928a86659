import type { z } from "zod";
import type { customerEntryOutput, customerLedgerInput, customerLedgerOutput } from "#shared/billing/admin.ts";
import { notFound } from "#shared/errors.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { accountIdOf } from "./account-repository.ts";
import { cutPage, toTransferOutput, versionOf } from "./history.ts";
import { readDetailedEntries } from "./history-repository.ts";

/**
 * An organization's transfers as administrators see them, newest first: with the lots that each moved, who made it, and how much of it can be given back.
 * @throws AppError NOT_FOUND (no such organization), INVALID_REQUEST when the cursor is not one of ours
 */
export async function getCustomerLedger(rt: Runtime, input: z.output<typeof customerLedgerInput>): Promise<z.output<typeof customerLedgerOutput>> {
  const before = versionOf(input.cursor);
  const accountId = await accountIdOf(rt, input.organizationId);
  if (!accountId) throw notFound("organization");
  const { page, nextCursor } = cutPage(await readDetailedEntries(rt, accountId, before, input.limit + 1), input.limit);
  return {
    data: page.map((row) => ({
      ...toTransferOutput(row),
      actorId: row.actorId,
      holdId: row.holdId,
      counterpart: row.counterpart,
      reversed: row.reversed.toString(),
      reversible: row.reversible.toString(),
      // The database allows these categories alone.
      lots: row.lots as z.output<typeof customerEntryOutput>["lots"],
    })),
    nextCursor,
  };
}
