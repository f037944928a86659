import type { Tx } from "#server/infra/events.ts";
import type { Runtime } from "#server/infra/runtime.ts";

/** Queries of VMs by the versions of their prices. */
const EXISTING = `status not in ('terminated', 'rolled_back') and cardinality(price_ids) > 0`;

/** Gives at most `limit` VMs the versions that have followed theirs for all by `at`. VMs that another transaction has are left for the next time. */
export async function priceVms(tx: Tx, at: Date, limit: number): Promise<{ id: string; organizationId: string }[]> {
  return tx.$queryRawUnsafe(
    `with outdated as (
      select id from vm where ${EXISTING} and price_ids_at(price_ids, $1::timestamptz) <> price_ids order by id limit $2::int for no key update skip locked
    )
    update vm v set price_ids = price_ids_at(v.price_ids, $1::timestamptz), updated_at = greatest(v.updated_at, $1::timestamptz) from outdated o where o.id = v.id
    returning v.id, v.organization_id as "organizationId"`,
    at, limit,
  );
}

/** Organizations with a VM that has a version of the subject's price. */
export async function organizationsWithPrice(tx: Tx, subjectId: string): Promise<string[]> {
  const rows = await tx.$queryRawUnsafe<{ id: string }[]>(
    `select distinct organization_id as id from vm where ${EXISTING} and price_ids && (select coalesce(array_agg(id), '{}') from price where subject_id = $1) order by 1`,
    subjectId,
  );
  return rows.map(({ id }) => id);
}

/** Whether a VM is left that does not have what followed its prices. */
export async function anyOutdatedVm(rt: Runtime, at: Date): Promise<boolean> {
  const rows = await rt.db.query<{ any: boolean }>({ text: `select exists (select 1 from vm where ${EXISTING} and price_ids_at(price_ids, $1::timestamptz) <> price_ids) as any`, values: [at] });
  return rows[0]?.any === true;
}

export interface NextPrice {
  at: Date;
  compute: bigint;
  storage: bigint;
}

/** The next price for all after `at` that changes what this VM costs; none: undefined. */
export async function nextPriceOf(rt: Runtime, vmId: string, at: Date): Promise<NextPrice | undefined> {
  const rows = await rt.db.query<NextPrice>({
    name: "vm_next_price",
    text: `select q.effective_from as at, price_sum(next.ids, 'compute') as compute, price_sum(next.ids, 'storage') as storage
      from vm v cross join unnest(v.price_ids) as i (id) join price p on p.id = i.id
      join price q on q.subject_type = p.subject_type and q.subject_id = p.subject_id and q.component = p.component and q.applies_to = 'all' and q.effective_from > $2
      cross join lateral (select price_ids_at(v.price_ids, q.effective_from) as ids) next
      where v.id = $1 and (price_sum(next.ids, 'compute'), price_sum(next.ids, 'storage')) is distinct from (v.compute_price_per_hour, v.storage_price_per_hour)
      order by q.effective_from limit 1`,
    values: [vmId, at],
  });
  return rows[0];
}
