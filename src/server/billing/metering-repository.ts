import type { Tx } from "#server/infra/events.ts";
import type { Prisma } from "#server/infra/prisma/client.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import type { ChargedSpan, ChargePlan } from "./metering-plan.ts";

const SPAN_COLUMNS = `id, project_id as "projectId", resource_type as "resourceType", resource_id as "resourceId", resource_name as "resourceName", component,
  price_per_hour as "pricePerHour", anchor_at as "anchorAt", started_at as "startedAt", ended_at as "endedAt", due_at as "dueAt"`;

/** Organizations with hours to record, and those that owe and have something to pay with. */
export async function organizationsToCharge(rt: Runtime, now: Date): Promise<string[]> {
  const rows = await rt.db.query<{ id: string }>({
    name: "metering_organizations",
    text: `select organization_id as id from meter_span where due_at <= $1::timestamptz
      union
      select u.organization_id from usage_record u join ledger_account a on a.organization_id = u.organization_id and a.kind = 'customer'
      where u.transfer_id is null and a.balance > a.held
      order by id`,
    values: [now],
  });
  return rows.map((row) => row.id);
}

/**
 * The organization's spans with hours to record, the longest due first. The comparison of rows makes the index by organization and time the only one that
 * fits: from statistics made while nothing was due, the planner would read all that is due everywhere, for each organization.
 */
export async function dueSpans(tx: Tx, organizationId: string, now: Date, limit: number): Promise<ChargedSpan[]> {
  return tx.$queryRawUnsafe<ChargedSpan[]>(
    `select ${SPAN_COLUMNS} from meter_span where organization_id = $1 and (organization_id, due_at) <= ($1, $2::timestamptz) order by due_at, started_at, id limit $3::int`,
    organizationId, now, limit,
  );
}

/** Writes usage rows, none twice, and moves the spans on. @returns how many rows are new */
export async function recordUsage(tx: Tx, organizationId: string, plan: ChargePlan, at: Date): Promise<number> {
  const rows = plan.rows.map(({ span, hourStart }) => ({
    resource_id: span.resourceId,
    component: span.component,
    hour_start: hourStart,
    project_id: span.projectId,
    resource_type: span.resourceType,
    resource_name: span.resourceName,
    amount: span.pricePerHour.toString(),
  }));
  const advanced = plan.advanced.map(({ id, dueAt }) => ({ id, due_at: dueAt }));
  const counted = await tx.$queryRawUnsafe<{ recorded: number }[]>(
    `with recorded as (
      insert into usage_record (resource_id, component, hour_start, organization_id, project_id, resource_type, resource_name, amount, created_at)
      select resource_id, component, hour_start, $1, project_id, resource_type, resource_name, amount, $4::timestamptz
      from jsonb_to_recordset($2::jsonb) as r (resource_id text, component text, hour_start timestamptz, project_id text, resource_type text, resource_name text, amount bigint)
      on conflict do nothing returning 1
    ), moved as (
      update meter_span s set due_at = a.due_at from jsonb_to_recordset($3::jsonb) as a (id text, due_at timestamptz) where s.id = a.id returning 1
    ) select (select count(*) from recorded)::int as recorded, (select count(*) from moved)::int as moved`,
    organizationId, JSON.stringify(rows), JSON.stringify(advanced), at,
  );
  return counted[0]?.recorded ?? 0;
}

export interface Collected {
  paid: number;
  paidAmount: bigint;
  balance: bigint;
  held: bigint;
  owedRows: bigint;
  owedAmount: bigint;
}

/** Pays what the organization owes, the oldest hour first; one transfer for each id at most. */
export async function collectUsage(tx: Tx, organizationId: string, revenueAccountId: string, ids: readonly string[], at: Date): Promise<Collected | undefined> {
  const rows = await tx.$queryRawUnsafe<Collected[]>(
    `select paid, paid_amount as "paidAmount", balance, held, owed_rows as "owedRows", owed_amount as "owedAmount" from ledger_collect_usage($1, $2, $3::text[], $4::timestamptz)`,
    organizationId, revenueAccountId, ids, at,
  );
  return rows[0];
}

/** Burn an hour, and what has been announced: that resources are exhausted, that credits are low. */
export async function readStanding(tx: Tx, organizationId: string): Promise<{ burn: bigint; exhausted: boolean; low: boolean }> {
  const rows = await tx.$queryRawUnsafe<{ burn: bigint; exhausted: boolean; low: boolean }[]>(
    `select coalesce(sum(price_per_hour), 0)::bigint as burn, coalesce(bool_or(exhausted_at is not null), false) as exhausted,
      exists (select 1 from credit_alert where organization_id = $1) as low
    from meter_span where organization_id = $1 and ended_at is null`,
    organizationId,
  );
  return rows[0] ?? { burn: 0n, exhausted: false, low: false };
}

/** Marks what is on, owes, and was not announced since it came on. @returns those resources, with what each owes */
export async function markExhausted(tx: Tx, organizationId: string, at: Date): Promise<{ resourceType: string; resourceId: string; owed: bigint }[]> {
  return tx.$queryRawUnsafe(
    `with owing as (
      select resource_id, sum(amount)::bigint as owed from usage_record where organization_id = $1 and transfer_id is null group by resource_id
    ), marked as (
      update meter_span s set exhausted_at = $2::timestamptz from owing
      where s.organization_id = $1 and s.ended_at is null and s.exhausted_at is null and s.resource_id = owing.resource_id
      returning s.resource_type, s.resource_id, owing.owed
    ) select distinct resource_type as "resourceType", resource_id as "resourceId", owed from marked order by resource_id`,
    organizationId, at,
  );
}

export async function clearExhausted(tx: Tx, organizationId: string): Promise<void> {
  await tx.meterSpan.updateMany({ where: { organizationId, endedAt: null, exhaustedAt: { not: null } }, data: { exhaustedAt: null } });
}

export async function setLowAlert(tx: Tx, organizationId: string, lowAt: Date): Promise<void> {
  await tx.creditAlert.create({ data: { organizationId, lowAt }, select: { organizationId: true } });
}

export async function clearLowAlert(tx: Tx, organizationId: string): Promise<void> {
  await tx.creditAlert.deleteMany({ where: { organizationId } });
}

/** The resource's first hour begins here; null before it has any span. */
export async function anchorOf(tx: Tx, resourceId: string): Promise<{ organizationId: string; anchorAt: Date } | null> {
  return tx.meterSpan.findFirst({ where: { resourceId }, select: { organizationId: true, anchorAt: true }, orderBy: { anchorAt: "asc" } });
}

/** Does nothing while the component is on already. */
export async function insertSpan(tx: Tx, span: Omit<Prisma.MeterSpanCreateManyInput, "endedAt" | "exhaustedAt">): Promise<void> {
  await tx.meterSpan.createMany({ data: [span], skipDuplicates: true });
}

/** Ends the component's open span, or all open spans of the resource. An end before the start (the clock was set back) is moved to the start. */
export async function endSpans(tx: Tx, resourceId: string, component: string | null, at: Date): Promise<void> {
  await tx.$executeRawUnsafe(
    `update meter_span set ended_at = greatest($3::timestamptz, started_at), due_at = case when due_at > greatest($3::timestamptz, started_at) then null else due_at end
    where resource_id = $1 and ($2::text is null or component = $2::text) and ended_at is null`,
    resourceId, component, at,
  );
}

export async function renameOpenSpans(tx: Tx, resourceId: string, name: string): Promise<void> {
  await tx.meterSpan.updateMany({ where: { resourceId, endedAt: null }, data: { resourceName: name } });
}

/** Usage rows of a first hour that a hold has paid. */
export async function insertPaidUsage(
  tx: Tx,
  rows: readonly { resourceId: string; component: string; hourStart: Date; organizationId: string; projectId: string | null; resourceType: string; resourceName: string; amount: bigint; transferId: string; createdAt: Date }[],
): Promise<void> {
  await tx.usageRecord.createMany({ data: [...rows] });
}
