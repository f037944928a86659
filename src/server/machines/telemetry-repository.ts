import type { Runtime } from "#server/infra/runtime.ts";

export interface BucketRow {
  /** Unix seconds of the bucket's start */
  bucket: number;
  name: string;
  average: number;
}

/**
 * The average of each metric in each bucket since `since`. What was buffered offline counts at the time the device gave it, unless that lies
 * after it was received: a clock that is ahead must not make points in the future.
 */
export async function averageMetrics(rt: Runtime, machineId: string, since: Date, bucketSeconds: number): Promise<BucketRow[]> {
  return rt.db.query<BucketRow>({
    name: "machines_average_metrics",
    text: `with message as (
        select received_at, payload from device_message where machine_id = $1 and kind = 'tele' and received_at >= $2::timestamptz
      ), reading as (
        select received_at as at, metric.key as name, metric.value::float8 as value
        from message cross join lateral jsonb_each(payload -> 'metrics') metric
        union all
        select to_timestamp((sample ->> 0)::float8 / 1000), metric.key, metric.value::float8
        from message cross join lateral jsonb_array_elements(coalesce(payload -> 'samples', '[]')) sample cross join lateral jsonb_each(sample -> 1) metric
        where to_timestamp((sample ->> 0)::float8 / 1000) between $2::timestamptz and received_at
      )
      select (floor(extract(epoch from at) / $3::int) * $3::int)::float8 as bucket, name, avg(value)::float8 as average
      from reading group by 1, 2 order by 1, 2`,
    values: [machineId, since.toISOString(), bucketSeconds],
  });
}
