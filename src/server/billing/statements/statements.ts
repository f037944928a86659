import type { z } from "zod";
import { STATEMENT_KINDS, type statementDetail, type statementListInput, type statementListOutput, type statementOutput } from "#shared/billing/statements.ts";
import { AppError, notFound } from "#shared/errors.ts";
import { pagination } from "#shared/schema.ts";
import type { MemberActor } from "#server/identity/actor.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { accountIdOf } from "../account-repository.ts";
import { statementTotals } from "./issue.ts";
import { type EntryLine, entryLines, type UsageLine, usageLines } from "./line-repository.ts";
import { findStatement, pageOfStatements, type StatementRow } from "./statement-repository.ts";

/** Lines of a kind in one answer; the rest is in it as a sum. */
const MOST = 5_000;

type Actor = Pick<MemberActor, "organizationId">;
type Detail = z.output<typeof statementDetail>;

/** The organization's statements, the latest month first. */
export async function listStatements(rt: Runtime, actor: Actor, input: z.output<typeof statementListInput>): Promise<z.output<typeof statementListOutput>> {
  const { rows, total } = await pageOfStatements(rt, actor.organizationId, (input.page - 1) * input.limit, input.limit);
  return { data: rows.map(toOutput), pagination: pagination(input, total) };
}

/** A statement with its lines: opening, usage, entries and what is omitted of them make up its closing balance. @throws AppError NOT_FOUND, also for another organization's */
export async function getStatement(rt: Runtime, actor: Actor, input: { id: string }, most = MOST): Promise<Detail> {
  const row = await findStatement(rt, actor.organizationId, input.id);
  if (!row) throw notFound("statement");
  const accountId = await accountIdOf(rt, actor.organizationId);
  if (accountId === undefined) throw new AppError("INTERNAL_ERROR", "A statement's account is gone.");
  const stretch = { accountId, fromVersion: row.fromVersion, toVersion: row.toVersion };
  const [usage, entries] = await Promise.all([usageLines(rt, stretch), entryLines(rt, stretch)]);
  return {
    ...toOutput(row),
    usage: usage.slice(0, most).map(toUsage),
    entries: entries.slice(0, most).map(toEntry),
    omittedUsage: sumOf(usage.slice(most)),
    omittedEntries: sumOf(entries.slice(most)),
  };
}

function toOutput(row: StatementRow): z.output<typeof statementOutput> {
  const totals = statementTotals.parse(row.totals);
  return {
    id: row.id,
    number: row.number,
    period: row.period,
    periodStart: row.periodStart.toISOString(),
    periodEnd: row.periodEnd.toISOString(),
    issuedAt: row.createdAt.toISOString(),
    opening: { amount: row.opening.toString(), ...totals.opening },
    totals: totals.kinds.toSorted((a, b) => STATEMENT_KINDS.indexOf(a.kind) - STATEMENT_KINDS.indexOf(b.kind)),
    closing: { amount: row.closing.toString(), ...totals.closing },
  };
}

function toUsage(line: UsageLine): Detail["usage"][number] {
  return {
    ...line,
    seconds: Number(line.seconds),
    pricePerHour: line.pricePerHour?.toString() ?? null,
    from: line.from.toISOString(),
    to: line.to.toISOString(),
    amount: line.amount.toString(),
  };
}

function toEntry(line: EntryLine): Detail["entries"][number] {
  return {
    ...line,
    at: line.at.toISOString(),
    // The database allows these kinds alone.
    kind: line.kind as Detail["entries"][number]["kind"],
    amount: line.amount.toString(),
    paid: line.paid.toString(),
    promotional: line.promotional.toString(),
  };
}

function sumOf(lines: readonly { amount: bigint }[]): Detail["omittedUsage"] {
  return { count: lines.length, amount: lines.reduce((sum, line) => sum + line.amount, 0n).toString() };
}
