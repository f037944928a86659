import type { Tx } from "#server/infra/events.ts";
import type { Runtime } from "#server/infra/runtime.ts";

/** What is between two versions of an account. */
export interface Stretch {
  accountId: string;
  /** the last entry before it */
  fromVersion: bigint;
  /** its last entry */
  toVersion: bigint;
}

export interface TotalRow {
  kind: string;
  count: bigint;
  amount: bigint;
  paid: bigint;
  promotional: bigint;
}

/** Entries of account $1 in ($2, $3], each with the parts of its amount; a reversal is named after what it gives back. */
const ENTRIES = `with side as (
    select id, kind, reverses_id, -amount as amount, description, subject_type, subject_id, created_at, from_version as version from transfer
      where from_account_id = $1 and from_version > $2::bigint and from_version <= $3::bigint
    union all
    select id, kind, reverses_id, amount, description, subject_type, subject_id, created_at, to_version from transfer
      where to_account_id = $1 and to_version > $2::bigint and to_version <= $3::bigint
  ), moved as (
    select side.id, l.category, -u.amount as amount from side join lot_use u on u.transfer_id = side.id join credit_lot l on l.id = u.lot_id and l.account_id = $1
    union all
    select side.id, l.category, l.amount from side join credit_lot l on l.transfer_id = side.id and l.account_id = $1
  ), parts as (
    select id, coalesce(sum(amount) filter (where category = 'paid'), 0) as paid, coalesce(sum(amount) filter (where category = 'promotional'), 0) as promotional from moved group by id
  ), entry as (
    select side.id, case when side.kind = 'reversal' then 'reversal_' || original.kind else side.kind end as kind, side.amount, coalesce(parts.paid, 0) as paid, coalesce(parts.promotional, 0) as promotional,
      side.description, side.subject_type, side.subject_id, side.created_at, side.version
    from side left join parts on parts.id = side.id left join transfer original on original.id = side.reverses_id
  )`;

export async function totalsOf(tx: Tx, { accountId, fromVersion, toVersion }: Stretch): Promise<TotalRow[]> {
  return tx.$queryRawUnsafe<TotalRow[]>(
    `${ENTRIES} select kind, count(*) as count, sum(amount)::bigint as amount, sum(paid)::bigint as paid, sum(promotional)::bigint as promotional from entry group by kind order by kind`,
    accountId, fromVersion, toVersion,
  );
}

export interface UsageLine {
  resourceType: string;
  resourceId: string;
  resourceName: string;
  projectId: string | null;
  component: string;
  seconds: bigint;
  pricePerHour: bigint | null;
  from: Date;
  to: Date;
  amount: bigint;
}

export interface EntryLine {
  at: Date;
  kind: string;
  description: string;
  reference: string | null;
  amount: bigint;
  paid: bigint;
  promotional: bigint;
}

/** Charged usage by component and price, the dearest first. */
export async function usageLines(rt: Runtime, { accountId, fromVersion, toVersion }: Stretch): Promise<UsageLine[]> {
  return rt.db.query<UsageLine>({
    name: "statement_usage",
    text: `select u.resource_type as "resourceType", u.resource_id as "resourceId", (array_agg(u.resource_name order by u.hour_start desc))[1] as "resourceName", u.project_id as "projectId", u.component,
        sum(u.seconds)::bigint as seconds, u.price_per_hour as "pricePerHour", min(u.hour_start) as "from", max(u.hour_start) as "to", -sum(u.amount)::bigint as amount
      from transfer t join usage_record u on u.transfer_id = t.id
      where t.from_account_id = $1 and t.from_version > $2::bigint and t.from_version <= $3::bigint and t.kind = 'usage'
      group by u.resource_type, u.resource_id, u.project_id, u.component, u.price_per_hour order by sum(u.amount) desc, u.resource_id, u.component, u.price_per_hour`,
    values: [accountId, fromVersion, toVersion],
  });
}

/** All entries but usage that is itemized by resource, in the order they were written; charges that no usage row names are among them. */
export async function entryLines(rt: Runtime, { accountId, fromVersion, toVersion }: Stretch): Promise<EntryLine[]> {
  return rt.db.query<EntryLine>({
    name: "statement_entries",
    text: `${ENTRIES} select entry.created_at as at, entry.kind, entry.description, coalesce(t.receipt_number, entry.subject_id) as reference,
        entry.amount, entry.paid::bigint as paid, entry.promotional::bigint as promotional
      from entry left join top_up t on entry.subject_type = 'top_up' and t.id = entry.subject_id
      where entry.kind <> 'usage' or not exists (select 1 from usage_record u where u.transfer_id = entry.id)
      order by entry.version`,
    values: [accountId, fromVersion, toVersion],
  });
}
