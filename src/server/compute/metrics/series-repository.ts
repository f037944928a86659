import type { Runtime } from "#server/infra/runtime.ts";
import { ROLLUPS } from "./levels.ts";
import { MEASURE_COLUMNS, meanOf, PEAK } from "./measures.ts";
import type { Watermarks } from "./rollup-repository.ts";

/** Columns that a series can have, as the database calls them. */
const COLUMNS = [...MEASURE_COLUMNS, PEAK] as const;
export type Column = (typeof COLUMNS)[number];

/** A series, column by column; all lists are as long as `at`. */
export type Series = Partial<Record<Column, (number | null)[]>> & {
  /** begins of the buckets, seconds since 1970 */
  at: number[];
  upSeconds: number;
};

const texts = new Map<string, string>();

/**
 * Buckets of `seconds` that begin from `from` on and before `to`, oldest first; those without a sample are left out. Each level gives what it has up to its
 * watermark, the finer ones the rest: the last bucket has the newest sample. The database writes JSON of short numbers (real): a year is 8 760 rows.
 */
export async function bucketSeries(rt: Runtime, query: { vmId: string; seconds: number; from: Date; to: Date; columns: readonly Column[]; everySeconds: number }, marks: Watermarks): Promise<Series> {
  const levels = ROLLUPS.filter((level) => level.seconds <= query.seconds).reverse();
  // PostgreSQL cuts a statement's name at 63 letters.
  const key = `${query.seconds}:${query.columns.map((column) => COLUMNS.indexOf(column)).join()}`;
  const text = texts.get(key) ?? statement(query.seconds, levels.map((level) => level.seconds), query.columns);
  texts.set(key, text);
  // Where one level ends the next begins, also while a late sample has set a finer one back.
  let end = query.from;
  const ends = levels.map((level) => {
    const mark = marks.get(level.seconds) ?? query.from;
    end = new Date(Math.min(query.to.getTime(), Math.max(end.getTime(), mark.getTime())));
    return end;
  });
  const rows = await rt.db.query<{ at: number[] | null; up: number | null } & Record<Column, (number | null)[]>>({
    name: `vm_metric_series:${key}`,
    text,
    values: [query.vmId, query.from, query.to, query.everySeconds, ...ends],
  });
  const row = rows[0];
  return { ...Object.fromEntries(query.columns.map((column) => [column, row?.[column] ?? []])), at: row?.at ?? [], upSeconds: row?.up ?? 0 };
}

function statement(seconds: number, levels: readonly number[], columns: readonly Column[]): string {
  const bin = `date_bin('${seconds} seconds', at, timestamptz '2000-01-01 00:00:00Z')`;
  const [own = 0, ...finer] = levels;
  const list = ["samples", "up_seconds", ...columns].join(", ");
  const parts = finer.map((level, index) => `select at, ${list} from vm_metric_rollup where vm_id = $1 and resolution = ${level} and at >= $${5 + index} and at < $${6 + index}`);
  const raw = columns.map((column) => (column === PEAK ? `cpu_percent as ${PEAK}` : column));
  parts.push(`select at, 1 as samples, $4::float8 as up_seconds${raw.map((column) => `, ${column}`).join("")} from vm_metric where vm_id = $1 and at >= $${4 + levels.length} and at < $3`);
  const merged = columns.map((column) => (column === PEAK ? `max(${column})` : meanOf(column)) + ` as ${column}`);
  return `select to_json(array_agg(extract(epoch from at)::int)) as at, sum(up_seconds)::int as up
      ${columns.map((column) => `, to_json(array_agg(${column}::real)) as ${column}`).join("")}
    from (select at, ${list} from vm_metric_rollup where vm_id = $1 and resolution = ${own} and at >= $2 and at < $5
      union all (select ${bin} as at, sum(samples) as samples, sum(up_seconds) as up_seconds${merged.map((each) => `, ${each}`).join("")}
        from (${parts.join(" union all ")}) tail group by 1)
      order by at) series`;
}

