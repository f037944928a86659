import { type MeterPolicy, meterPolicy, USUAL_POLICY } from "#shared/billing/policy.ts";
import type { Tx } from "#server/infra/events.ts";
import type { Prisma } from "#server/infra/prisma/client.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import type { Candidate, ChargedHour, ChargedSpan, Presence, UsageRow } from "./metering-plan.ts";

const SPAN_COLUMNS = `id, project_id as "projectId", resource_type as "resourceType", resource_id as "resourceId", resource_name as "resourceName", component,
  price_per_hour as "pricePerHour", price_ids as "priceIds", policy, anchor_at as "anchorAt", started_at as "startedAt", ended_at as "endedAt", due_at as "dueAt"`;

/** Organizations with hours that are due, with credits that expire, and those that owe, or were exhausted, and have something to pay with or no grace left. */
export async function organizationsToCharge(rt: Runtime, now: Date, graceEndedFor: Date): Promise<{ id: string; accountId: string | null }[]> {
  return rt.db.query<{ id: string; accountId: string | null }>({
    name: "metering_organizations",
    text: `select o.id, a.id as "accountId" from (
      select organization_id as id from meter_span where due_at <= $1::timestamptz
      union
      select a.organization_id from usage_record u join ledger_account a on a.organization_id = u.organization_id and a.kind = 'customer'
      where u.transfer_id is null and a.balance > a.held
      union
      select a.organization_id from credit_lot l join ledger_account a on a.id = l.account_id
      where l.open and l.expires_at <= $1::timestamptz and a.balance > a.held
      union
      select c.organization_id from credit_alert c join ledger_account a on a.organization_id = c.organization_id and a.kind = 'customer'
      where c.hours = 0 and (a.balance > a.held or (c.low_at <= $2::timestamptz and exists (
        select 1 from meter_span s where s.organization_id = c.organization_id and s.ended_at is null and s.component = 'compute' and s.exhausted_at is null)))
      ) o left join ledger_account a on a.organization_id = o.id and a.kind = 'customer' order by o.id`,
    values: [now, graceEndedFor],
  });
}

/**
 * The organization's spans with hours that are due, the longest due first. The comparison of rows makes the index by organization and time the only one that
 * fits: from statistics made while nothing was due, the planner would read all that is due everywhere, for each organization.
 */
export async function dueSpans(tx: Tx, organizationId: string, until: Date, limit: number): Promise<ChargedSpan[]> {
  const rows = await tx.$queryRawUnsafe<(Omit<ChargedSpan, "policy"> & { policy: unknown })[]>(
    `select ${SPAN_COLUMNS},
      case when not policy_in_advance(s.policy) then (select case when bool_and(o.ended_at is not null) then max(o.ended_at) end from meter_span o where o.resource_id = s.resource_id) end as "goneAt"
    from meter_span s where organization_id = $1 and (organization_id, due_at) <= ($1, $2::timestamptz)
    order by due_at, resource_id collate "C", component collate "C", started_at, id limit $3::int`,
    organizationId, until, limit,
  );
  return rows.map((row) => ({ ...row, policy: policyOf(row.policy) }));
}

/** The same of several organizations. When it is gone is not read: what is charged in arrears is left to `dueSpans`. */
export async function dueSpansOf(tx: Tx, organizationIds: readonly string[], until: Date, limit: number): Promise<(ChargedSpan & { organizationId: string })[]> {
  const rows = await tx.$queryRawUnsafe<(Omit<ChargedSpan, "policy" | "goneAt"> & { organizationId: string; policy: unknown })[]>(
    `select due.* from unnest($1::text[]) as o (id) cross join lateral (
      select ${SPAN_COLUMNS}, organization_id as "organizationId" from meter_span where organization_id = o.id and (organization_id, due_at) <= (o.id, $2::timestamptz)
    ) due order by "dueAt", "resourceId" collate "C", component collate "C", "startedAt", id limit $3::int`,
    organizationIds, until, limit,
  );
  return rows.map((row) => ({ ...row, policy: policyOf(row.policy), goneAt: null }));
}

/** A policy as a span has it. What the database holds was checked when it was written. */
export function policyOf(stored: unknown): MeterPolicy {
  return typeof stored === "object" && stored !== null && Object.keys(stored).length === 0 ? USUAL_POLICY : meterPolicy.parse(stored);
}

/** All spans of the components of these hours, in whose time they can have been on. */
export async function presenceOf(tx: Tx, candidates: readonly Candidate[]): Promise<Presence[]> {
  return tx.$queryRawUnsafe<Presence[]>(
    `select s.resource_id as "resourceId", s.component, s.started_at as "startedAt", s.ended_at as "endedAt"
    from meter_span s join jsonb_to_recordset($1::jsonb) as c (resource_id text, component text, since timestamptz) on c.resource_id = s.resource_id and c.component = s.component
    where s.ended_at is null or s.ended_at > c.since`,
    JSON.stringify(firstHours(candidates)),
  );
}

/** What is recorded of the components of these hours, from the month on that the first of them is in. */
export async function chargedHours(tx: Tx, candidates: readonly Candidate[]): Promise<ChargedHour[]> {
  return tx.$queryRawUnsafe<ChargedHour[]>(
    `select u.resource_id as "resourceId", u.component, u.hour_start as "hourStart", u.seconds
    from usage_record u join jsonb_to_recordset($1::jsonb) as c (resource_id text, component text, since timestamptz) on c.resource_id = u.resource_id and c.component = u.component
    where u.hour_start >= date_trunc('month', c.since at time zone 'UTC') at time zone 'UTC'`,
    JSON.stringify(firstHours(candidates)),
  );
}

function firstHours(candidates: readonly Candidate[]): unknown[] {
  return [...Map.groupBy(candidates, ({ span }) => `${span.resourceId} ${span.component}`).values()].flatMap(([first, ...others]) => {
    if (!first) return [];
    const since = Math.min(first.hourStart.getTime(), ...others.map((each) => each.hourStart.getTime()));
    return [{ resource_id: first.span.resourceId, component: first.span.component, since: new Date(since) }];
  });
}

export interface Collected {
  /** new rows */
  recorded: number;
  /** rows paid, new and owed ones */
  paid: number;
  balance: bigint;
  held: bigint;
  owedRows: bigint;
  owedAmount: bigint;
}

export interface ChargeInput {
  organizationId: string;
  revenueAccountId: string;
  rows: readonly UsageRow[];
  advanced: readonly { id: string; dueAt: Date | null }[];
  /** of the transfers to be made: at most so many rows are paid */
  ids: readonly string[];
  /** of what is owed from before, only what was due by then is paid */
  until: Date;
  at: Date;
}

/** Writes usage rows, none twice, moves the spans on, and pays in the order in which it fell due what is new and what is owed. */
export async function chargeUsage(tx: Tx, input: ChargeInput): Promise<Collected> {
  const [collected] = await chargeUsageOf(tx, [input]);
  if (!collected) throw new Error("metering_charge answers one row");
  return collected;
}

/** The same for several organizations in one statement. */
export async function chargeUsageOf(tx: Tx, inputs: readonly ChargeInput[]): Promise<(Collected & { organizationId: string })[]> {
  if (inputs.length === 0) return [];
  return tx.$queryRawUnsafe<(Collected & { organizationId: string })[]>(
    `select i.organization as "organizationId", c.recorded, c.paid, c.balance, c.held, c.owed_rows as "owedRows", c.owed_amount as "owedAmount"
    from jsonb_to_recordset($1::jsonb) as i (organization text, revenue text, rows jsonb, advanced jsonb, ids text[], until timestamptz, at timestamptz)
      cross join lateral metering_charge(i.organization, i.revenue, i.rows, i.advanced, i.ids, i.until, i.at) c`,
    JSON.stringify(inputs.map((input) => ({ organization: input.organizationId, revenue: input.revenueAccountId, rows: rowsOf(input), advanced: input.advanced.map(({ id, dueAt }) => ({ id, due_at: dueAt })), ids: input.ids, until: input.until, at: input.at }))),
  );
}

function rowsOf(input: ChargeInput): unknown[] {
  return input.rows.map(({ span, hourStart, dueAt, seconds, amount }) => ({
    resource_id: span.resourceId,
    component: span.component,
    hour_start: hourStart,
    due_at: dueAt,
    project_id: span.projectId,
    resource_type: span.resourceType,
    resource_name: span.resourceName,
    seconds,
    price_per_hour: span.pricePerHour.toString(),
    price_ids: span.priceIds,
    amount: amount.toString(),
  }));
}

/** Usage rows of a first hour that a hold has paid. */
export async function insertPaidUsage(tx: Tx, rows: readonly Prisma.UsageRecordCreateManyInput[]): Promise<void> {
  await tx.usageRecord.createMany({ data: [...rows] });
}
