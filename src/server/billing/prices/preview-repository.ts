import type { Runtime } from "#server/infra/runtime.ts";

export interface AffectedCustomer {
  organizationId: string;
  resources: number;
  running: number;
  before: bigint;
  after: bigint;
}

export interface PriceEffect {
  running: number;
  stopped: number;
  customers: number;
  before: bigint;
  after: bigint;
  /** customers with the biggest rises */
  biggest: AffectedCustomer[];
}

interface EffectRow extends AffectedCustomer {
  allResources: number;
  allRunning: number;
  allBefore: bigint;
  allAfter: bigint;
  customers: number;
}

/**
 * What a price for all from `effectiveFrom` on would do to what is on and off now: what those resources would cost an hour then without and with it.
 * Everything that has a version of the subject's price counts.
 */
export async function readPriceEffect(rt: Runtime, draft: { subjectId: string; compute: bigint; storage: bigint; effectiveFrom: Date }, limit: number): Promise<PriceEffect> {
  const rows = await rt.db.query<EffectRow>({
    name: "price_effect",
    text: `with affected as (
      select organization_id, resource_id, component, price_ids_at(price_ids, $2::timestamptz) as ids from meter_span s
      where ended_at is null and exists (select 1 from unnest(s.price_ids) as i (id) join price p on p.id = i.id where p.subject_id = $1)
    ), resource as (
      select a.organization_id, a.resource_id, bool_or(a.component = 'compute') as running, sum(p.price_per_hour) as before,
        sum(case when p.subject_id <> $1 or p.effective_from >= $2::timestamptz then p.price_per_hour when p.component = 'compute' then $3::bigint else $4::bigint end) as after
      from affected a cross join unnest(a.ids) as i (id) join price p on p.id = i.id group by 1, 2
    ), customer as (
      select organization_id, count(*) as resources, count(*) filter (where running) as running, sum(before) as before, sum(after) as after from resource group by 1
    )
    select organization_id as "organizationId", resources::int, running::int, before::bigint, after::bigint, (sum(resources) over ())::int as "allResources",
      (sum(running) over ())::int as "allRunning", (sum(before) over ())::bigint as "allBefore", (sum(after) over ())::bigint as "allAfter", (count(*) over ())::int as customers
    from customer order by after - before desc, organization_id limit $5::int`,
    values: [draft.subjectId, draft.effectiveFrom, draft.compute, draft.storage, limit],
  });
  const all = rows[0];
  return {
    running: all?.allRunning ?? 0,
    stopped: (all?.allResources ?? 0) - (all?.allRunning ?? 0),
    customers: all?.customers ?? 0,
    before: all?.allBefore ?? 0n,
    after: all?.allAfter ?? 0n,
    biggest: rows.map(({ organizationId, resources, running, before, after }) => ({ organizationId, resources, running, before, after })),
  };
}
