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
        select created_at, -amount as delta, case when kind = 'usage' then amount else 0 end as spent from transfer
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
