import type { Tx } from "#server/infra/events.ts";
import type { BalanceParts } from "./account-repository.ts";

interface MarkedResource {
  resourceType: string;
  resourceId: string;
}

export interface StandingRow {
  /** what is on costs this an hour */
  burn: bigint;
  /** what has been announced, by threshold */
  alerts: ReadonlyMap<number, Date>;
  /** what is left of each lot, in the order of spending; null: none of them expires soon */
  lots: BalanceParts["lots"] | null;
}

/** @param until lots that expire by then do so soon */
export async function readStandings(tx: Tx, organizationIds: readonly string[], until: Date): Promise<Map<string, StandingRow>> {
  const rows = await tx.$queryRawUnsafe<{ id: string; burn: bigint; alerts: Record<string, string>; lots: StandingRow["lots"] }[]>(
    `select o.id, (select coalesce(sum(price_per_hour), 0)::bigint from meter_span where organization_id = o.id and ended_at is null) as burn,
      coalesce((select jsonb_object_agg(hours, to_char(low_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) from credit_alert where organization_id = o.id), '{}') as alerts,
      (select jsonb_agg(jsonb_build_object('left', l.remaining::text, 'expiresAt', to_char(l.expires_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) order by l.priority, l.expires_at, l.created_at, l.id)
        from credit_lot l where l.account_id = a.id and l.open and exists (select 1 from credit_lot e where e.account_id = a.id and e.open and e.expires_at <= $2::timestamptz)) as lots
    from unnest($1::text[]) as o (id) left join ledger_account a on a.organization_id = o.id and a.kind = 'customer'`,
    organizationIds, until,
  );
  return new Map(rows.map(({ id, burn, alerts, lots }) => [id, { burn, lots, alerts: new Map(Object.entries(alerts).map(([hours, at]) => [Number(hours), new Date(at)])) }]));
}

export async function setAlert(tx: Tx, organizationId: string, hours: number, lowAt: Date): Promise<void> {
  await tx.creditAlert.create({ data: { organizationId, hours, lowAt }, select: { hours: true } });
}

export async function clearAlert(tx: Tx, organizationId: string, hours: number): Promise<void> {
  await tx.creditAlert.deleteMany({ where: { organizationId, hours } });
}

/** Marks what runs, owes, and was not marked since it came on. @returns those resources, with what each owes */
export async function markToStop(tx: Tx, organizationId: string, at: Date): Promise<(MarkedResource & { owed: bigint })[]> {
  return tx.$queryRawUnsafe(
    `with owing as (
      select resource_id, sum(amount)::bigint as owed from usage_record where organization_id = $1 and transfer_id is null group by resource_id
    ), marked as (
      update meter_span s set exhausted_at = $2::timestamptz from owing
      where s.organization_id = $1 and s.component = 'compute' and s.ended_at is null and s.exhausted_at is null and s.resource_id = owing.resource_id
      returning s.resource_type, s.resource_id, owing.owed
    ) select resource_type as "resourceType", resource_id as "resourceId", owed from marked order by resource_id`,
    organizationId, at,
  );
}

/**
 * Resources there still are whose latest run was marked: running yet, or not. Of one that is off, a mark that is later than its end says when it was told to start: it is
 * `starting` when that was after `since`, and no longer looked at when it was before.
 */
export async function markedToStop(tx: Tx, organizationId: string, since: Date): Promise<(MarkedResource & { on: boolean; starting: boolean; pricePerHour: bigint })[]> {
  return tx.$queryRawUnsafe(
    `select resource_type as "resourceType", resource_id as "resourceId", ended_at is null as "on", coalesce(exhausted_at > ended_at, false) as starting, price_per_hour as "pricePerHour" from (
      select distinct on (s.resource_id) s.* from meter_span s
      where s.component = 'compute' and s.resource_id in (select resource_id from meter_span where organization_id = $1 and ended_at is null)
      order by s.resource_id, s.ended_at desc nulls first, s.started_at desc, s.id desc
    ) latest where exhausted_at is not null and (ended_at is null or exhausted_at <= ended_at or exhausted_at > $2::timestamptz) order by resource_id`,
    organizationId, since,
  );
}

/** What is on goes on; what is off was told to start. */
export async function unmark(tx: Tx, resourceId: string, at: Date): Promise<void> {
  await tx.$executeRawUnsafe(
    `update meter_span set exhausted_at = case when ended_at is not null then greatest($2::timestamptz, ended_at + interval '1 millisecond') end where resource_id = $1 and exhausted_at is not null`,
    resourceId, at,
  );
}

export async function isMarked(tx: Tx, resourceId: string): Promise<boolean> {
  return (await tx.meterSpan.count({ where: { resourceId, component: "compute", endedAt: null, exhaustedAt: { not: null } } })) > 0;
}
