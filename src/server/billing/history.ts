import type { z } from "zod";
import type { historyInput, historyOutput, transferOutput } from "#shared/billing/schema.ts";
import { AppError } from "#shared/errors.ts";
import type { MemberActor } from "#server/identity/actor.ts";
import type { Tx } from "#server/infra/events.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { accountIdOf } from "./account-repository.ts";
import { type EntryRow, readEntries, readEntry } from "./history-repository.ts";
import type { TransferRow } from "./ledger-repository.ts";

/** An entry as customers get it. */
export function toTransferOutput(entry: EntryRow): z.output<typeof transferOutput> {
  const { id, kind, description, subjectType, subjectId, reversesId } = entry;
  return {
    id,
    // The database allows these kinds alone.
    kind: kind as z.output<typeof transferOutput>["kind"],
    amount: entry.amount.toString(),
    paid: entry.paid.toString(),
    promotional: entry.promotional.toString(),
    balanceAfter: entry.balanceAfter.toString(),
    description,
    subjectType,
    subjectId,
    reversesId,
    createdAt: entry.createdAt.toISOString(),
  };
}

/** A transfer as one of its accounts sees it, in the transaction that made it or later. */
export async function entryOutput(tx: Tx, row: TransferRow, accountId: string): Promise<z.output<typeof transferOutput>> {
  const entry = await readEntry(tx, accountId, row.toAccountId === accountId ? row.toVersion : row.fromVersion);
  if (!entry) throw new AppError("INTERNAL_ERROR", "A transfer is not in its account's history.");
  return toTransferOutput(entry);
}

/** The largest version an account can have. */
const NEWEST = 2n ** 63n - 1n;

/**
 * The version below which a page begins. The cursor is the account's version: it has no gaps and only grows, so no page misses or repeats a row.
 * @throws AppError INVALID_REQUEST when the cursor is not one of ours
 */
export function versionOf(cursor: string | undefined): bigint {
  if (cursor === undefined) return NEWEST;
  if (!/^\d{1,18}$/.test(cursor)) throw new AppError("INVALID_REQUEST", undefined, { details: [{ field: "cursor", message: "is not one of this list" }] });
  return BigInt(cursor);
}

/** A page of `limit` out of one row more. */
export function cutPage<T extends { version: bigint }>(rows: readonly T[], limit: number): { page: T[]; nextCursor: string | null } {
  const page = rows.slice(0, limit);
  return { page, nextCursor: rows.length > limit ? (page.at(-1)?.version.toString() ?? null) : null };
}

/**
 * The organization's transfers, newest first, each with the parts that came from paid and from promotional credits.
 * @throws AppError INVALID_REQUEST when the cursor is not one of ours
 */
export async function listHistory(rt: Runtime, actor: Pick<MemberActor, "organizationId">, input: z.output<typeof historyInput>): Promise<z.output<typeof historyOutput>> {
  const before = versionOf(input.cursor);
  const accountId = await accountIdOf(rt, actor.organizationId);
  const { page, nextCursor } = cutPage(accountId ? await readEntries(rt, accountId, before, input.limit + 1) : [], input.limit);
  return { data: page.map(toTransferOutput), nextCursor };
}
