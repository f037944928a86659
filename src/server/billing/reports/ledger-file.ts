import type { z } from "zod";
import type { ledgerFileInput } from "#shared/billing/documents.ts";
import { AppError, notFound } from "#shared/errors.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { accountIdOf } from "../account-repository.ts";
import { plainCredits } from "../documents/amounts.ts";
import { toCsv } from "../documents/csv.ts";
import { type EntryRow, readEntries } from "../history-repository.ts";
import { readStretch } from "./ledger-file-repository.ts";

/** Entries in one file; a longer time is refused, so that no file looks whole that is not. */
const MOST = 100_000;
/** Entries read at once. */
const BATCH = 5_000;
const DAY_MS = 86_400_000;

const HEAD = ["entry", "booked_at", "kind", "description", "subject_type", "subject_id", "transfer_id", "reverses_id", "amount", "paid", "promotional", "balance"] as const;
type Cells = Partial<Record<(typeof HEAD)[number], string | null>>;

/**
 * An organization's ledger for spreadsheets, the oldest entry first, amounts in credits with the balance after each. It is what lies between two versions of the account,
 * which have no gaps: opening and amounts make the closing whatever was booked late, and files of times that follow each other fit together.
 * @throws AppError NOT_FOUND (no such organization), INVALID_REQUEST when there are more entries than a file holds
 */
export async function ledgerFile(rt: Runtime, organizationId: string, input: z.output<typeof ledgerFileInput>, most = MOST): Promise<Uint8Array> {
  const accountId = await accountIdOf(rt, organizationId);
  if (accountId === undefined) throw notFound("organization");
  const from = input.from === undefined ? null : new Date(input.from);
  const to = input.to === undefined ? null : new Date(Date.parse(input.to) + DAY_MS);
  const stretch = await readStretch(rt, accountId, from, to);
  const count = stretch.toVersion - stretch.fromVersion;
  if (count > BigInt(most)) {
    const message = `must be chosen so that there are at most ${most.toLocaleString("en")} entries; there are ${count.toLocaleString("en")}`;
    throw new AppError("INVALID_REQUEST", `The time ${message}.`, { details: [{ field: "from", message }] });
  }
  const entries = await readBetween(rt, accountId, stretch);
  const opening = entries[0] ? entries[0].balanceAfter - entries[0].amount : stretch.balance;
  const closing = entries.at(-1)?.balanceAfter ?? stretch.balance;
  return toCsv([
    [...HEAD],
    row({ entry: "opening", booked_at: from?.toISOString() ?? null, balance: plainCredits(opening) }),
    ...entries.map((entry) =>
      row({
        entry: entry.version.toString(),
        booked_at: entry.createdAt.toISOString(),
        kind: entry.kind,
        description: entry.description,
        subject_type: entry.subjectType,
        subject_id: entry.subjectId,
        transfer_id: entry.id,
        reverses_id: entry.reversesId,
        amount: plainCredits(entry.amount),
        paid: plainCredits(entry.paid),
        promotional: plainCredits(entry.promotional),
        balance: plainCredits(entry.balanceAfter),
      }),
    ),
    row({ entry: "closing", booked_at: (to && to < rt.clock.now() ? to : rt.clock.now()).toISOString(), balance: plainCredits(closing) }),
  ]);
}

/** Entries after one version up to another, the oldest first. */
async function readBetween(rt: Runtime, accountId: string, { fromVersion, toVersion }: { fromVersion: bigint; toVersion: bigint }): Promise<EntryRow[]> {
  const batches: EntryRow[][] = [];
  for (let last = toVersion; last > fromVersion; ) {
    const left = last - fromVersion;
    const batch = await readEntries(rt, accountId, last + 1n, left < BigInt(BATCH) ? Number(left) : BATCH);
    if (batch.length === 0) break;
    batches.push(batch);
    last -= BigInt(batch.length);
  }
  return batches.flat().toReversed();
}

function row(cells: Cells): (string | null)[] {
  return HEAD.map((name) => cells[name] ?? null);
}
