import { z } from "zod";
import { publish, type Tx } from "#server/infra/events.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { micro } from "#shared/schema.ts";
import { STATEMENT_KINDS } from "#shared/billing/statements.ts";
import { newId } from "#shared/ids.ts";
import { totalsOf } from "./line-repository.ts";
import { lastPeriod, type Period, periodOf } from "./periods.ts";
import * as repository from "./statement-repository.ts";

/** Organizations looked up at once. */
const BATCH = 500;
/** A month is closed so long after it ended: charges of its last minutes are mostly there by then. */
const SETTLE_MS = 30 * 60_000;

/** What a statement keeps besides its two balances: their parts, and what came and went by kind, in micro-credits. */
const parts = z.object({ paid: micro, promotional: micro });
export const statementTotals = z.object({
  opening: parts,
  closing: parts,
  kinds: z.array(parts.extend({ kind: z.enum(STATEMENT_KINDS), count: z.number().int(), amount: micro })),
});
type Totals = z.output<typeof statementTotals>;

/**
 * Issues the statements of all months that are over, of every organization with an account. Several workers may run it at once, and late: each month of each
 * organization is stated once, in order. An organization that fails is logged and does not keep the others from theirs.
 * @returns how many it issued
 */
export async function issueStatements(rt: Runtime): Promise<number> {
  const period = lastPeriod(new Date(rt.clock.now().getTime() - SETTLE_MS));
  let issued = 0;
  let after = "";
  for (;;) {
    const organizations = await repository.organizationsToState(rt, period, after, BATCH);
    for (const organizationId of organizations) {
      try {
        while (await transact(rt, (tx) => issueNext(tx, organizationId, period, rt.clock.now()))) issued += 1;
      } catch (error) {
        rt.log.error({ err: error, organizationId }, "statements: an organization has none");
      }
    }
    after = organizations.at(-1) ?? after;
    if (organizations.length < BATCH) break;
  }
  if (issued > 0) rt.log.info({ issued, period: period.name }, "statements: issued");
  return issued;
}

/** Issues the organization's next statement up to that of `until`. @returns false when there is none left to issue */
async function issueNext(tx: Tx, organizationId: string, until: Period, at: Date): Promise<boolean> {
  const account = await repository.lockAccountToState(tx, organizationId);
  if (!account) return false;
  const last = await repository.lastStatement(tx, organizationId);
  const period = periodOf(last?.periodEnd ?? account.createdAt);
  if (period.start > until.start) return false;
  const fromVersion = last?.toVersion ?? 0n;
  const toVersion = await repository.lastVersionBefore(tx, account, fromVersion, period.end);
  const before = last ? statementTotals.parse(last.totals).closing : { paid: "0", promotional: "0" };
  const kinds = await totalsOf(tx, { accountId: account.id, fromVersion, toVersion });
  const sum = (of: "amount" | "paid" | "promotional"): bigint => kinds.reduce((total, row) => total + row[of], 0n);
  const opening = last?.closing ?? 0n;
  const totals: Totals = {
    opening: before,
    closing: { paid: (BigInt(before.paid) + sum("paid")).toString(), promotional: (BigInt(before.promotional) + sum("promotional")).toString() },
    kinds: kinds.map((row) => ({ kind: statementTotals.shape.kinds.element.shape.kind.parse(row.kind), count: Number(row.count), amount: row.amount.toString(), paid: row.paid.toString(), promotional: row.promotional.toString() })),
  };
  const id = newId("statement");
  const number = await repository.nextStatementNumber(tx, at);
  // The database holds it against the balance after the last entry.
  const closing = opening + sum("amount");
  await repository.insertStatement(tx, {
    id,
    organizationId,
    number,
    period: period.name,
    periodStart: period.start,
    periodEnd: period.end,
    fromVersion,
    toVersion,
    opening,
    closing,
    totals,
    createdAt: at,
  });
  await publish(tx, { type: "statement.issued", subject: id, organizationId, data: { statementId: id, number, period: period.name, closing: closing.toString() }, at });
  return true;
}
