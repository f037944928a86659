import type { Database } from "#server/infra/database.ts";

/** Names of the migrations that the database has. */
export async function appliedMigrations(db: Database): Promise<Set<string>> {
  const rows = await db.query<{ migration_name: string }>({ text: "select migration_name from _prisma_migrations where finished_at is not null and rolled_back_at is null" });
  return new Set(rows.map((row) => row.migration_name));
}

/** What is under way, for the metrics. */
export async function readTotals(db: Database): Promise<{ operations: Record<string, number>; machines: Record<string, number>; eventsWaiting: number }> {
  const rows = await db.query<{ kind: string; status: string; count: number }>({
    name: "metrics_totals",
    text: `select 'operation' as kind, status, count(*)::int as count from operation where status in ('queued', 'running') group by status
      union all select 'machine', status, count(*)::int from machine group by status
      union all select 'event', '', count(*)::int from event where position is null`,
  });
  const of = (kind: string) => Object.fromEntries(rows.filter((row) => row.kind === kind).map((row) => [row.status, row.count]));
  return { operations: of("operation"), machines: of("machine"), eventsWaiting: rows.find((row) => row.kind === "event")?.count ?? 0 };
}
