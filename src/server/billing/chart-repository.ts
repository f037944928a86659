import type { Runtime } from "#server/infra/runtime.ts";

export interface Bucket {
  /** number of the bucket, from 0 */
  nth: number;
  change: bigint;
  spent: bigint;
}

/** What the organization's account gained and spent in each bucket of `seconds` from `since` that has transfers; later ones count to the last bucket. */
export async function readBuckets(rt: Runtime, organizationId: string, since: Date, seconds: number, count: number): Promise<Bucket[]> {
  return rt.db.query<Bucket>({
    name: "billing_chart",
    text: `with account as (select id from ledger_account where organization_id = $1 and kind = 'customer'), entry as (
        select created_at, -amount as delta, case when kind in ('usage', 'sale') then amount else 0 end as spent from transfer
          where from_account_id = (select id from account) and created_at >= $2::timestamptz
        union all
        select created_at, amount, 0 from transfer where to_account_id = (select id from account) and created_at >= $2::timestamptz
      )
      select least(floor(extract(epoch from created_at - $2::timestamptz) / $3::int)::int, $4::int - 1) as nth, sum(delta)::bigint as change, sum(spent)::bigint as spent
      from entry group by 1`,
    values: [organizationId, since, seconds, count],
  });
}

/** What each resource of the organization costs an hour now, the dearest first. */
export async function readBurn(rt: Runtime, organizationId: string): Promise<{ resourceId: string; resourceName: string; resourceType: string; perHour: bigint }[]> {
  return rt.db.query({
    name: "billing_burn",
    text: `select resource_id as "resourceId", max(resource_name) as "resourceName", max(resource_type) as "resourceType", sum(price_per_hour)::bigint as "perHour"
      from meter_span where organization_id = $1 and ended_at is null group by resource_id order by sum(price_per_hour) desc, resource_id limit 200`,
    values: [organizationId],
  });
}

/** What one resource used on one day (UTC); of those that are not among the dearest, all together. */
export interface SpendingRow {
  /** 2026-11-22 */
  day: string;
  /** 1: the dearest; null: all the others */
  place: number | null;
  resourceId: string | null;
  resourceName: string | null;
  resourceType: string | null;
  amount: bigint;
  /** of the amount: of hours that began before `until` */
  early: bigint;
}

/** What was used since a day, by day and resource: one range of the index by organization and hour, at most `top` + 1 rows a day. The dearest are those since `rankedFrom`. */
export async function readSpending(rt: Runtime, organizationId: string, range: { since: Date; rankedFrom: Date; until: Date; top: number }): Promise<SpendingRow[]> {
  return rt.db.query<SpendingRow>({
    name: "billing_spending",
    text: `with used as (
        select resource_id, (hour_start at time zone 'UTC')::date as day, max(resource_name) as name, max(resource_type) as type, sum(amount) as amount,
          coalesce(sum(amount) filter (where hour_start < $4::timestamptz), 0) as early
        from usage_record where organization_id = $1 and hour_start >= $2::timestamptz group by 1, 2
      ), ranked as (
        select resource_id, max(type) as type, (array_agg(name order by day desc))[1] as name, row_number() over (order by sum(amount) desc, resource_id) as place
        from used where day >= ($3::timestamptz at time zone 'UTC')::date and amount > 0 group by resource_id
      )
      select to_char(used.day, 'YYYY-MM-DD') as day, ranked.place::int as place, ranked.resource_id as "resourceId", ranked.name as "resourceName", ranked.type as "resourceType",
        sum(used.amount)::bigint as amount, sum(used.early)::bigint as early
      from used left join ranked on ranked.resource_id = used.resource_id and ranked.place <= $5::int
      group by used.day, ranked.place, ranked.resource_id, ranked.name, ranked.type order by used.day, ranked.place`,
    values: [organizationId, range.since, range.rankedFrom, range.until, range.top],
  });
}
