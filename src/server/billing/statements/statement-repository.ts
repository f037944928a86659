import type { Tx } from "#server/infra/events.ts";
import type { Statement } from "#server/infra/prisma/client.ts";
import type { Runtime } from "#server/infra/runtime.ts";

export type StatementRow = Statement;

/** Organizations with an account that was there before `end` and no statement of the month that ended then, at most `limit`. */
export async function organizationsToState(rt: Runtime, period: { name: string; end: Date }, after: string, limit: number): Promise<string[]> {
  const rows = await rt.db.query<{ id: string }>({
    name: "statement_organizations",
    text: `select a.organization_id as id from ledger_account a where a.kind = 'customer' and a.created_at < $2::timestamptz and a.organization_id > $3
      and not exists (select 1 from statement s where s.organization_id = a.organization_id and s.period = $1) order by a.organization_id limit $4::int`,
    values: [period.name, period.end, after, limit],
  });
  return rows.map((row) => row.id);
}

/** The account, locked until the transaction ends: nothing is written to it meanwhile. */
export async function lockAccountToState(tx: Tx, organizationId: string): Promise<{ id: string; version: bigint; createdAt: Date } | undefined> {
  const rows = await tx.$queryRawUnsafe<{ id: string; version: bigint; createdAt: Date }[]>(
    `select id, version, created_at as "createdAt" from ledger_account where organization_id = $1 and kind = 'customer' for no key update`, organizationId,
  );
  return rows[0];
}

export async function lastStatement(tx: Tx, organizationId: string): Promise<StatementRow | null> {
  return tx.statement.findFirst({ where: { organizationId }, orderBy: { period: "desc" } });
}

/**
 * Version of the account's last entry before the first one at or after `end`, and at least `from`. What is written later with an earlier time (a clock was set back)
 * has a higher version, and so is in a later statement.
 */
export async function lastVersionBefore(tx: Tx, account: { id: string; version: bigint }, from: bigint, end: Date): Promise<bigint> {
  const rows = await tx.$queryRawUnsafe<{ first: bigint | null }[]>(
    `select min(version) as first from (
      (select from_version as version from transfer where from_account_id = $1 and created_at >= $2::timestamptz and from_version > $3::bigint order by created_at, from_version limit 1)
      union all
      (select to_version from transfer where to_account_id = $1 and created_at >= $2::timestamptz and to_version > $3::bigint order by created_at, to_version limit 1)
    ) later`,
    account.id, end, from,
  );
  const first = rows[0]?.first;
  return first == null ? account.version : first - 1n;
}

/** Held until the transaction ends, and given back by a rollback: numbers have no gaps. @returns S-2028-00000001 */
export async function nextStatementNumber(tx: Tx, at: Date): Promise<string> {
  const prefix = `S-${at.getUTCFullYear()}-`;
  await tx.$queryRawUnsafe("select 1 from pg_advisory_xact_lock(hashtext('statement.number'))");
  // Both ends have the form of a number, so that any collation agrees on what is between them.
  const last = await tx.statement.findFirst({ where: { number: { gte: `${prefix}00000000`, lte: `${prefix}99999999` } }, orderBy: { number: "desc" }, select: { number: true } });
  return `${prefix}${(Number(last?.number.slice(prefix.length) ?? 0) + 1).toString().padStart(8, "0")}`;
}

export async function insertStatement(tx: Tx, statement: Omit<StatementRow, "totals"> & { totals: object }): Promise<void> {
  await tx.statement.create({ data: statement, select: { id: true } });
}

export async function findStatement(rt: Runtime, organizationId: string, id: string): Promise<StatementRow | null> {
  return rt.db.prisma.statement.findFirst({ where: { id, organizationId } });
}

/** The latest month first. */
export async function pageOfStatements(rt: Runtime, organizationId: string, skip: number, take: number): Promise<{ rows: StatementRow[]; total: number }> {
  const where = { organizationId };
  const [rows, total] = await Promise.all([rt.db.prisma.statement.findMany({ where, orderBy: { period: "desc" }, skip, take }), rt.db.prisma.statement.count({ where })]);
  return { rows, total };
}
