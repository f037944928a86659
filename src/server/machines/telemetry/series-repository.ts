import type { Runtime } from "#server/infra/runtime.ts";
import { BUFFERED_DAYS, LARGEST_VALUE } from "./late.ts";
import type { Resolution } from "./levels.ts";

export interface BucketRow {
  /** Unix seconds of the bucket's start */
  bucket: number;
  name: string;
  min: number;
  average: number;
  max: number;
}

const BUCKET = "(floor(extract(epoch from at) / $3::int) * $3::int)::float8 as bucket";
const SANE = `abs(metric.value::float8) <= ${LARGEST_VALUE}`;

/**
 * Each metric in each bucket since `since`, from the messages themselves. What was buffered offline counts at the time the device gave it, unless that lies
 * after it was received: a clock that is ahead must not make points in the future.
 */
export async function bucketsOfMessages(rt: Runtime, machineId: string, since: Date, bucketSeconds: number): Promise<BucketRow[]> {
  return rt.db.query<BucketRow>({
    name: "machines_buckets_of_messages",
    text: `with message as (
        select received_at, payload from device_message where machine_id = $1 and kind = 'tele' and received_at >= $2::timestamptz
      ), reading as (
        select received_at as at, metric.key as name, metric.value::float8 as value
        from message cross join lateral jsonb_each(payload -> 'metrics') metric where ${SANE}
        union all
        select to_timestamp((sample ->> 0)::float8 / 1000), metric.key, metric.value::float8
        from message cross join lateral jsonb_array_elements(coalesce(payload -> 'samples', '[]')) sample cross join lateral jsonb_each(sample -> 1) metric
        where to_timestamp((sample ->> 0)::float8 / 1000) between greatest($2::timestamptz, received_at - interval '${BUFFERED_DAYS} days') and received_at and ${SANE}
      )
      select ${BUCKET}, name, min(value), avg(value) as average, max(value) from reading group by 1, 2 order by 1, 2`,
    values: [machineId, since.toISOString(), bucketSeconds],
  });
}

/**
 * All that is known of a machine's readings from $2 on, as (metric, at, min, max, sum, count): the roll-ups of a resolution (`resolution`, a parameter or a number), what was not rolled
 * up yet, and what an archive brought along. Nothing is in two of them, whatever has been rolled up.
 */
export function partsOfMachine(resolution: string): string {
  return `select metric, at, min, max, sum, count::float8 as count from telemetry_rollup where subject_id = $1 and resolution = ${resolution} and at >= $2::timestamptz and left(metric, 1) <> '$'
    union all
    select metric.key, received_at, metric.value::float8, metric.value::float8, metric.value::float8, 1 from device_message cross join lateral jsonb_each(payload -> 'metrics') metric
    where machine_id = $1 and kind = 'tele' and received_at >= greatest($2::timestamptz, (select made_until from telemetry_watermark)) and not late and ${SANE}
    union all
    select metric, at, value, value, value, 1 from telemetry_late where machine_id = $1 and at >= $2::timestamptz and left(metric, 1) <> '$'
    union all
    select metric, hour, min, max, avg * count, count from telemetry_hour where machine_id = $1 and hour >= $2::timestamptz`;
}

/** Each metric in each bucket since `since`, which begins one. */
export async function bucketsOfMachine(rt: Runtime, machineId: string, since: Date, bucketSeconds: number, resolution: Resolution): Promise<BucketRow[]> {
  return rt.db.query<BucketRow>({
    name: "machines_buckets",
    text: `select ${BUCKET}, metric as name, min(min), sum(sum) / sum(count) as average, max(max) from (${partsOfMachine("$4::int")}) part group by 1, 2 order by 1, 2`,
    values: [machineId, since.toISOString(), bucketSeconds, resolution],
  });
}

/** Until when messages are rolled up: begin of the five minutes that are not, or not all. */
export async function rolledUntil(rt: Runtime): Promise<Date> {
  const rows = await rt.db.query<{ until: Date }>({ name: "machines_rolled_until", text: "select date_bin('5 minutes', made_until, timestamptz '2000-01-01 00:00:00Z') as until from telemetry_watermark" });
  return rows[0]?.until ?? new Date(0);
}

/** Metrics of an organization's machines, or of all ("all"), in buckets that begin from `from` on and before `to`. */
export async function bucketsOfFleet(
  rt: Runtime,
  subject: string,
  range: { from: Date; to: Date; bucketSeconds: number; resolution: Resolution; metrics: readonly string[] },
): Promise<(BucketRow & { count: number })[]> {
  return rt.db.query<BucketRow & { count: number }>({
    name: "machines_fleet_buckets",
    text: `select ${BUCKET}, metric as name, min(min), sum(sum) / sum(count) as average, max(max), sum(count)::float8 as count from telemetry_rollup
      where subject_id = $1 and resolution = $4::int and at >= $2::timestamptz and at < $5::timestamptz and metric = any ($6::text[]) group by 1, 2 order by 1, 2`,
    values: [subject, range.from.toISOString(), range.bucketSeconds, range.resolution, range.to.toISOString(), range.metrics],
  });
}
