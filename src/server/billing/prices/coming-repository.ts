import type { Tx } from "#server/infra/events.ts";
import type { Runtime } from "#server/infra/runtime.ts";

/** A resource whose price an hour changes, with the sums over all that change at that moment. */
export interface ComingRow {
  at: Date;
  resourceType: string;
  resourceId: string;
  resourceName: string;
  before: bigint;
  after: bigint;
  resources: number;
  allBefore: bigint;
  allAfter: bigint;
}

/**
 * What is on now of the organization and costs something else after a price for all begins, by moment: at most `moments` of them, of each the `limit` resources with the
 * biggest changes. The versions are looked up once for each combination that spans have, not for each span.
 */
export async function comingPrices(rt: Runtime, organizationId: string, now: Date, bounds: { moments: number; limit: number }): Promise<ComingRow[]> {
  return rt.db.query<ComingRow>({
    name: "price_coming",
    text: `with open as (
      select resource_type, resource_id, resource_name, component, price_ids from meter_span where organization_id = $1 and ended_at is null and cardinality(price_ids) > 0
    ), change as (
      select o.component, o.price_ids, q.effective_from as at
      from (select distinct component, price_ids from open) o cross join unnest(o.price_ids) as i (id) join price p on p.id = i.id
      join price q on q.subject_type = p.subject_type and q.subject_id = p.subject_id and q.component = p.component and q.applies_to = 'all' and q.effective_from > $2::timestamptz
      group by 1, 2, 3
    ), priced as (
      select component, price_ids, at, price_sum(price_ids_at(price_ids, at - interval '1 microsecond'), component) as before, price_sum(price_ids_at(price_ids, at), component) as after from change
    ), resource as (
      select p.at, o.resource_type, o.resource_id, max(o.resource_name) as name, sum(p.before)::bigint as before, sum(p.after)::bigint as after
      from priced p join open o on o.component = p.component and o.price_ids = p.price_ids group by 1, 2, 3 having sum(p.before) <> sum(p.after)
    ), placed as (
      select *, row_number() over (partition by at order by abs(after - before) desc, resource_id) as place, dense_rank() over (order by at) as moment,
        count(*) over (partition by at) as resources, sum(before) over (partition by at) as all_before, sum(after) over (partition by at) as all_after
      from resource
    )
    select at, resource_type as "resourceType", resource_id as "resourceId", name as "resourceName", before, after, resources::int, all_before::bigint as "allBefore", all_after::bigint as "allAfter"
    from placed where moment <= $3::int and place <= $4::int order by at, place`,
    values: [organizationId, now, bounds.moments, bounds.limit],
  });
}

/** By how much prices for all that begin after `now`, and by `until`, change what burns of the organizations' spans that are on now, by moment. */
export async function comingChanges(tx: Tx, organizationIds: readonly string[], now: Date, until: Date): Promise<{ organizationId: string; at: Date; by: bigint }[]> {
  return tx.$queryRawUnsafe(
    // Nearly always nothing is scheduled, and no span is looked at.
    `with open as (
      select organization_id, component, price_ids, count(*) as spans from meter_span
      where exists (select 1 from price where applies_to = 'all' and effective_from > $2::timestamptz and effective_from <= $3::timestamptz)
        and organization_id = any ($1::text[]) and ended_at is null and cardinality(price_ids) > 0 group by 1, 2, 3
    ), change as (
      select o.component, o.price_ids, q.effective_from as at
      from (select distinct component, price_ids from open) o cross join unnest(o.price_ids) as i (id) join price p on p.id = i.id
      join price q on q.subject_type = p.subject_type and q.subject_id = p.subject_id and q.component = p.component and q.applies_to = 'all'
        and q.effective_from > $2::timestamptz and q.effective_from <= $3::timestamptz
      group by 1, 2, 3
    ), priced as (
      select component, price_ids, at, price_sum(price_ids_at(price_ids, at), component) - price_sum(price_ids_at(price_ids, at - interval '1 microsecond'), component) as by from change
    )
    select o.organization_id as "organizationId", p.at, sum(o.spans * p.by)::bigint as by
    from priced p join open o on o.component = p.component and o.price_ids = p.price_ids group by 1, 2 having sum(o.spans * p.by) <> 0 order by 1, 2`,
    organizationIds, now, until,
  );
}
