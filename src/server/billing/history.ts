import type { z } from "zod";
import type { historyInput, historyOutput, transferOutput } from "#shared/billing/schema.ts";
import { AppError } from "#shared/errors.ts";
import type { MemberActor } from "#server/identity/actor.ts";
import type { Transfer } from "#server/infra/prisma/client.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { type EntryRow, readEntries } from "./history-repository.ts";

/** A transfer as one of its accounts sees it. */
export function entryOf(row: Transfer, accountId: string): EntryRow {
  const incoming = row.toAccountId === accountId;
  return {
    id: row.id,
    kind: row.kind,
    amount: incoming ? row.amount : -row.amount,
    balanceAfter: incoming ? row.toBalanceAfter : row.fromBalanceAfter,
    version: incoming ? row.toVersion : row.fromVersion,
    description: row.description,
    subjectType: row.subjectType,
    subjectId: row.subjectId,
    createdAt: row.createdAt,
  };
}

export function toTransferOutput(entry: EntryRow): z.output<typeof transferOutput> {
  const { version: _, amount, balanceAfter, createdAt, kind, ...rest } = entry;
  return {
    ...rest,
    // The database allows these four kinds alone.
    kind: kind as z.output<typeof transferOutput>["kind"],
    amount: amount.toString(),
    balanceAfter: balanceAfter.toString(),
    createdAt: createdAt.toISOString(),
  };
}

/** The largest version an account can have. */
const NEWEST = 2n ** 63n - 1n;

/**
 * The organization's transfers, newest first. The cursor is the account's version: it has no gaps and only grows, so no page misses or repeats a row.
 * @throws AppError INVALID_REQUEST when the cursor is not one of ours
 */
export async function listHistory(rt: Runtime, actor: Pick<MemberActor, "organizationId">, input: z.output<typeof historyInput>): Promise<z.output<typeof historyOutput>> {
  if (input.cursor !== undefined && !/^\d{1,18}$/.test(input.cursor)) throw new AppError("INVALID_REQUEST", undefined, { details: [{ field: "cursor", message: "is not one of this list" }] });
  const before = input.cursor === undefined ? NEWEST : BigInt(input.cursor);
  const rows = await readEntries(rt, actor.organizationId, before, input.limit + 1);
  const page = rows.slice(0, input.limit);
  return { data: page.map(toTransferOutput), nextCursor: rows.length > input.limit ? (page.at(-1)?.version.toString() ?? null) : null };
}
