import type { LogLevel, LogSource } from "#shared/compute/logs.ts";
import type { Tx } from "#server/infra/events.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { likePattern } from "#server/infra/sql-text.ts";

/** Queries of vm_log. */
export interface NewLine {
  vmId: string;
  operationId: string | null;
  at: Date;
  level: LogLevel;
  source: LogSource;
  message: string;
}

export interface LogRow {
  id: bigint;
  at: Date;
  level: LogLevel;
  source: LogSource;
  message: string;
  operationId: string | null;
}

export interface LogFilter {
  vmId: string;
  /** only before this line */
  before: string | null;
  /** only after this line */
  after: string | null;
  afterTime: Date | null;
  levels: readonly LogLevel[];
  source: LogSource | null;
  search: string | null;
}

/** Lines of a VM that does not exist are left out: a log must not stop what it tells of. */
export async function insertLines(tx: Tx, lines: readonly NewLine[]): Promise<void> {
  const column = (name: keyof NewLine) => lines.map((line) => line[name]);
  await tx.$executeRaw`insert into vm_log (vm_id, operation_id, at, level, source, message)
    select l.vm_id, l.operation_id, l.at, l.level, l.source, l.message
    from unnest(${column("vmId")}::text[], ${column("operationId")}::text[], ${column("at")}::timestamptz[], ${column("level")}::text[], ${column("source")}::text[], ${column("message")}::text[])
      with ordinality as l(vm_id, operation_id, at, level, source, message, nth)
    where exists (select 1 from vm where vm.id = l.vm_id) order by l.nth`;
}

/** The newest `limit` lines that the filter lets through, newest first. */
export function newestLines(rt: Runtime, filter: LogFilter, limit: number): Promise<LogRow[]> {
  return rt.db.query({
    name: "vm_log_newest",
    text: `select id, at, level, source, message, operation_id as "operationId" from vm_log
      where vm_id = $1 and ($2::bigint is null or id < $2) and ($3::bigint is null or id > $3) and ($4::timestamptz is null or at > $4)
        and level = any ($5::text[]) and ($6::text is null or source = $6) and ($7::text is null or message ilike $7)
      order by id desc limit $8`,
    values: [filter.vmId, filter.before, filter.after, filter.afterTime, filter.levels, filter.source, filter.search === null ? null : likePattern(filter.search), limit],
  });
}

/** Deletes up to `limit` lines from before `before`. @returns how many */
export async function deleteLines(rt: Runtime, before: Date, limit: number): Promise<number> {
  const rows = await rt.db.query<{ count: number }>({
    name: "vm_log_purge",
    text: "with gone as (delete from vm_log where id = any (array(select id from vm_log where at < $1 order by at limit $2)) returning 1) select count(*)::int as count from gone",
    values: [before, limit],
  });
  return rows[0]?.count ?? 0;
}
