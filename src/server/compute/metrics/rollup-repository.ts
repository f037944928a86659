import type { Tx } from "#server/infra/events.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { MEASURE_COLUMNS, meanOf, PEAK } from "./measures.ts";

/** Statements of vm_metric_rollup and its watermarks. */

/** By the length of a bucket in seconds: buckets that begin before are made. */
export type Watermarks = ReadonlyMap<number, Date>;

interface Mark {
  resolution: number;
  at: Date;
}

export async function readWatermarks(tx: Tx): Promise<Watermarks> {
  return asMap(await tx.$queryRaw<Mark[]>`select resolution, at from vm_metric_watermark`);
}

/** As `readWatermarks`, outside of a transaction. */
export async function watermarksNow(rt: Runtime): Promise<Watermarks> {
  return asMap(await rt.db.query<Mark>({ name: "vm_metric_watermarks", text: "select resolution, at from vm_metric_watermark" }));
}

/** The watermarks, locked until the transaction ends. @returns null when another worker has them */
export async function lockWatermarks(tx: Tx): Promise<Watermarks | null> {
  const rows = await tx.$queryRaw<Mark[]>`select resolution, at from vm_metric_watermark order by resolution for update skip locked`;
  return rows.length === 4 ? asMap(rows) : null;
}

export async function moveWatermark(tx: Tx, resolution: number, at: Date): Promise<void> {
  await tx.$executeRaw`update vm_metric_watermark set at = ${at} where resolution = ${resolution} and at <> ${at}`;
}

/** Minutes from `at` on are to be made again. Waits for a worker that is making some. */
export async function lowerWatermark(rt: Runtime, at: Date): Promise<void> {
  await rt.db.query({ name: "vm_metric_watermark_lower", text: "update vm_metric_watermark set at = least(at, $1) where resolution = 60", values: [at] });
}

/** Time of the first sample from `from` on and before `to`; null: there is none. */
export async function firstSample(tx: Tx, from: Date, to: Date): Promise<Date | null> {
  const rows = await tx.$queryRaw<{ at: Date | null }[]>`select min(at) as at from vm_metric where at >= ${from} and at < ${to}`;
  return rows[0]?.at ?? null;
}

const COLUMNS = ["vm_id", "resolution", "at", "samples", "up_seconds", PEAK, ...MEASURE_COLUMNS].join(", ");
/** A bucket that is there already is written again only when there is more in it than there was. */
const UPSERT = `on conflict (vm_id, resolution, at) do update set ${["samples", "up_seconds", PEAK, ...MEASURE_COLUMNS].map((column) => `${column} = excluded.${column}`).join(", ")}
  where (vm_metric_rollup.samples, vm_metric_rollup.up_seconds) is distinct from (excluded.samples, excluded.up_seconds)`;
const ORIGIN = "timestamptz '2000-01-01 00:00:00Z'";

/**
 * Makes the minutes that begin from `from` on and before `to`. A sample stands for the time until the next, or, before a gap of more than three times
 * `everySeconds`, for that time alone.
 */
export async function rollUpSamples(tx: Tx, from: Date, to: Date, everySeconds: number): Promise<void> {
  await tx.$executeRawUnsafe(
    `insert into vm_metric_rollup (${COLUMNS})
     select vm_id, 60, date_bin('1 minute', at, ${ORIGIN}), count(*), sum(case when gap <= 3 * $3::float8 then gap else $3::float8 end)::int, max(cpu_percent),
       ${MEASURE_COLUMNS.map((column) => `avg(${column})`).join(", ")}
     from (select *, extract(epoch from lead(at) over (partition by vm_id order by at) - at)::float8 as gap
       from vm_metric where at >= $1::timestamptz and at < $2::timestamptz + make_interval(secs => 3 * $3::float8)) s
     where at < $2::timestamptz group by 1, 3 ${UPSERT}`,
    from,
    to,
    everySeconds,
  );
}

/** Makes the buckets of `seconds` that begin from `from` on and before `to` out of those of `finer` seconds. */
export async function rollUpBuckets(tx: Tx, seconds: number, finer: number, from: Date, to: Date): Promise<void> {
  await tx.$executeRawUnsafe(
    `insert into vm_metric_rollup (${COLUMNS})
     select vm_id, ${seconds}, date_bin('${seconds} seconds', at, ${ORIGIN}), sum(samples), sum(up_seconds), max(${PEAK}),
       ${MEASURE_COLUMNS.map(meanOf).join(", ")}
     from vm_metric_rollup where resolution = ${finer} and at >= $1::timestamptz and at < $2::timestamptz group by 1, 3 ${UPSERT}`,
    from,
    to,
  );
}

function asMap(rows: readonly Mark[]): Watermarks {
  return new Map(rows.map((row) => [row.resolution, row.at]));
}
