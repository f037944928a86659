import type { Tx } from "#server/infra/events.ts";
import { LARGEST_VALUE, MESSAGES } from "./late.ts";
import { STORING_LOCK } from "./late-repository.ts";
import { RESOLUTIONS } from "./levels.ts";

/** Statements of telemetry_rollup and its watermark. */
export interface Watermark {
  closedUntil: Date;
  madeUntil: Date;
  sampledAt: Date | null;
}

const MARK = `closed_until as "closedUntil", made_until as "madeUntil", sampled_at as "sampledAt"`;

export async function readWatermark(tx: Tx): Promise<Watermark> {
  const [mark] = await tx.$queryRawUnsafe<Watermark[]>(`select ${MARK} from telemetry_watermark`);
  return mark ?? { closedUntil: new Date(0), madeUntil: new Date(0), sampledAt: null };
}

/** The watermark, locked until the transaction ends. @returns null when another worker has it */
export async function lockWatermark(tx: Tx): Promise<Watermark | null> {
  const [mark] = await tx.$queryRawUnsafe<Watermark[]>(`select ${MARK} from telemetry_watermark for update skip locked`);
  return mark ?? null;
}

/**
 * From the end of the transaction on, messages that were received before `until` are late. Waits for batches that are being stored, and they for it: it must be a
 * transaction of its own, and a short one.
 */
export async function closeUntil(tx: Tx, until: Date): Promise<void> {
  await tx.$executeRaw`set local lock_timeout = '3s'`;
  await tx.$executeRaw`select pg_advisory_xact_lock(${STORING_LOCK}::bigint)`;
  await tx.$executeRaw`update telemetry_watermark set closed_until = ${until} where closed_until < ${until}`;
}

export async function moveWatermark(tx: Tx, fields: { madeUntil?: Date; sampledAt?: Date }): Promise<void> {
  await tx.telemetryWatermark.updateMany({ data: fields });
}

/** When the first message from `from` on was received; null: there is none before `to`. */
export async function firstMessage(tx: Tx, from: Date, to: Date): Promise<Date | null> {
  const rows = await tx.$queryRaw<{ at: Date }[]>`select received_at as at from device_message where received_at >= ${from} and received_at < ${to} order by received_at limit 1`;
  return rows[0]?.at ?? null;
}

/** Time of the message that comes `count` messages after `from`; null: there are fewer before `to`. */
export async function messageAfter(tx: Tx, from: Date, to: Date, count: number): Promise<Date | null> {
  const rows = await tx.$queryRaw<{ at: Date }[]>`select received_at as at from device_message where received_at >= ${from} and received_at < ${to} order by received_at offset ${count}::int limit 1`;
  return rows[0]?.at ?? null;
}

const ORIGIN = "timestamptz '2000-01-01 00:00:00Z'";
const FIVE_MINUTES = `date_bin('5 minutes', at, ${ORIGIN})`;

/** Of values at moments: the last one, and of several at one moment the largest. */
const LAST = "(max(array[extract(epoch from at)::float8, value]))[2]";

/**
 * Adds part (subject, metric, at, min, max, sum, count, last, last_at) to each level's buckets. Everything about a bucket can be added up, so it does not matter in how many
 * parts it comes, nor in which order.
 */
const ADD = `insert into telemetry_rollup (subject_id, resolution, at, metric, min, max, sum, count, last, last_at)
  select subject, seconds, date_bin(make_interval(secs => seconds), at, ${ORIGIN}), metric, min(min), max(max), sum(sum), sum(count),
    (max(array[extract(epoch from last_at)::float8, last]))[2], max(last_at)
  from part cross join unnest(array[${RESOLUTIONS.join(", ")}]) as seconds group by 1, 2, 3, 4 order by 1, 2, 3, 4
  on conflict (subject_id, resolution, at, metric) do update set min = least(telemetry_rollup.min, excluded.min), max = greatest(telemetry_rollup.max, excluded.max),
    sum = telemetry_rollup.sum + excluded.sum, count = telemetry_rollup.count + excluded.count,
    last = case when (excluded.last_at, excluded.last) > (telemetry_rollup.last_at, telemetry_rollup.last) then excluded.last else telemetry_rollup.last end,
    last_at = greatest(telemetry_rollup.last_at, excluded.last_at)`;

/** Readings of single machines (machine_id, metric, at, value), for their machines, the organizations and all. */
const READINGS_AS_PART = `bucket as (
    select machine_id, metric, ${FIVE_MINUTES} as at, min(value), max(value), sum(value), count(*), ${LAST} as last, max(at) as last_at from reading group by 1, 2, 3
  ), part as (
    select subject, bucket.metric, bucket.at, bucket.min, bucket.max, bucket.sum, bucket.count, bucket.last, bucket.last_at
    from bucket join machine on machine.id = bucket.machine_id cross join lateral unnest(array[machine.id, machine.organization_id, 'all']) as subject
  )`;

/** Adds the messages that were received from `from` on and before `to`, but for late ones, which are among the late readings. */
export async function addMessages(tx: Tx, from: Date, to: Date): Promise<void> {
  await tx.$executeRawUnsafe(
    `with message as materialized (
        select machine_id, kind, received_at, payload -> 'metrics' as metrics from device_message where received_at >= $1::timestamptz and received_at < $2::timestamptz and not late
      ), reading as (
        select machine_id, '${MESSAGES}' as metric, received_at as at, 1::float8 as value from message
        union all
        select machine_id, metric.key, received_at, metric.value::float8 from message cross join lateral jsonb_each(metrics) metric
        where kind = 'tele' and abs(metric.value::float8) <= ${LARGEST_VALUE}
      ), ${READINGS_AS_PART} ${ADD}`,
    from,
    to,
  );
}

/** Adds late readings, at most `limit`, the oldest first. @returns whether there are more */
export async function addLate(tx: Tx, limit: number): Promise<boolean> {
  // The oldest are found and removed first: rows that are locked by nobody, as only the round removes any.
  const rows = await tx.$queryRaw<{ id: bigint | null; count: bigint }[]>`select max(id) as id, count(*) as count from (select id from telemetry_late order by id limit ${limit}) oldest`;
  const upTo = rows[0]?.id;
  if (upTo == null) return false;
  await tx.$executeRawUnsafe(`with reading as (delete from telemetry_late where id <= $1 returning machine_id, metric, at, value), ${READINGS_AS_PART} ${ADD}`, upTo);
  return Number(rows[0]?.count) === limit;
}

/** Counts machines that are online and in service, of each organization and of all; with `stock`, also how full they are. */
export async function addSample(tx: Tx, at: Date, stock: boolean): Promise<void> {
  await tx.$executeRawUnsafe(
    `with served as (
        select id, organization_id, status from machine where status in ('online', 'offline')
      ), machines as (
        select organization_id, count(*) filter (where status = 'online') as online, count(*) as total from served group by 1
      ), filled as (
        select organization_id, sum(slot.count) as items, sum(slot.capacity) as places from served join slot on slot.machine_id = served.id
        where $2::boolean and slot.product_id is not null and slot.capacity > 0 group by 1
      ), counted as (
        select organization_id as subject, '$online' as metric, online::float8 as value from machines
        union all select organization_id, '$machines', total from machines
        union all select organization_id, '$stock_percent', items * 100.0 / places from filled
        union all select 'all', '$online', sum(online) from machines having count(*) > 0
        union all select 'all', '$machines', sum(total) from machines having count(*) > 0
        union all select 'all', '$stock_percent', sum(items) * 100.0 / sum(places) from filled having count(*) > 0
      ), part as (
        select subject, metric, date_bin('5 minutes', $1::timestamptz, ${ORIGIN}) as at, value as min, value as max, value as sum, 1 as count, value as last, $1::timestamptz as last_at from counted
      ) ${ADD}`,
    at,
    stock,
  );
}
