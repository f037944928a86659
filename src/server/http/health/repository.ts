import type { Database } from "#server/infra/database.ts";

/** Names of the migrations that the database has. */
export async function appliedMigrations(db: Database): Promise<Set<string>> {
  const rows = await db.query<{ migration_name: string }>({ text: "select migration_name from _prisma_migrations where finished_at is not null and rolled_back_at is null" });
  return new Set(rows.map((row) => row.migration_name));
}

/** What is under way, for the metrics. */
export async function readTotals(db: Database): Promise<{ operations: Record<string, number>; machines: Record<string, number>; eventsWaiting: number; downlinksWaiting: number; ledger: { findings: number; checkedAt: Date | null } }> {
  const rows = await db.query<{ kind: string; status: string; count: number; at: Date | null }>({
    name: "metrics_totals",
    text: `select 'operation' as kind, status, count(*)::int as count, null::timestamptz as at from operation where status in ('queued', 'running') group by status
      union all select 'machine', status, count(*)::int, null from machine group by status
      union all select 'event', '', count(*)::int, null from event where position is null
      union all select 'downlink', '', count(*)::int, null from downlink
      union all (select 'ledger', '', cardinality(findings), finished_at from ledger_check order by started_at desc, id desc limit 1)`,
  });
  const of = (kind: string) => Object.fromEntries(rows.filter((row) => row.kind === kind).map((row) => [row.status, row.count]));
  const countOf = (kind: string) => rows.find((row) => row.kind === kind)?.count ?? 0;
  const ledger = rows.find((row) => row.kind === "ledger");
  return { operations: of("operation"), machines: of("machine"), eventsWaiting: countOf("event"), downlinksWaiting: countOf("downlink"), ledger: { findings: ledger?.count ?? 0, checkedAt: ledger?.at ?? null } };
}
