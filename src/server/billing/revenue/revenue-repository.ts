import type { Tx } from "#server/infra/events.ts";
import type { Runtime } from "#server/infra/runtime.ts";

/** The sums that revenue_roll() keeps; days and months are those of UTC. */
export async function callRoll(tx: Tx, most: number): Promise<bigint> {
  const rows = await tx.$queryRawUnsafe<{ rolled: bigint }[]>("select revenue_roll($1::int) as rolled", most);
  return rows[0]?.rolled ?? 0n;
}

export interface Sums {
  amount: bigint;
  paid: bigint;
}

export interface LineRow extends Sums {
  /** when the step begins; null: all that was before */
  at: Date | null;
  line: string;
  count: bigint;
}

/** What was booked in each day or month from `start` up to `end`, by line, and all before `start` together. */
export async function readLines(rt: Runtime, period: { start: Date; end: Date; by: "month" | "day" }): Promise<LineRow[]> {
  return rt.db.query<LineRow>({
    name: "revenue_lines",
    text: `select case when day >= ($1::timestamptz at time zone 'UTC')::date then date_trunc($3, day::timestamp) at time zone 'UTC' end as at,
        line, sum(count)::bigint as count, sum(amount)::bigint as amount, sum(paid)::bigint as paid
      from revenue_day where day < ($2::timestamptz at time zone 'UTC')::date group by 1, line`,
    values: [period.start, period.end, period.by],
  });
}

/** What customers had besides their balance at `at`, a midnight or now: held by operations, owed for usage, and owed for payments that were taken back. */
export async function readStanding(rt: Runtime, at: Date): Promise<{ held: bigint; owedUsage: bigint; owedPayments: bigint }> {
  const rows = await rt.db.query<{ held: bigint; owedUsage: bigint; owedPayments: bigint }>({
    name: "revenue_standing",
    text: `select
        (select coalesce(sum(amount), 0)::bigint from hold where created_at < $1::timestamptz and (status = 'pending' or resolved_at >= $1::timestamptz)) as held,
        (select coalesce(sum(amount), 0)::bigint from usage_record where transfer_id is null and created_at < $1::timestamptz)
          + (select coalesce(sum(amount), 0)::bigint from revenue_late where due_day < ($1::timestamptz at time zone 'UTC')::date and paid_day >= ($1::timestamptz at time zone 'UTC')::date) as "owedUsage",
        (select coalesce(sum(c.amount - c.paid_amount), 0)::bigint from clawback c where c.created_at < $1::timestamptz)
          + (select coalesce(sum(t.amount), 0)::bigint from clawback c join transfer t on t.subject_id = c.id and t.subject_type = 'clawback'
              where c.created_at < $1::timestamptz and t.created_at >= $1::timestamptz) as "owedPayments"`,
    values: [at],
  });
  return rows[0] ?? { held: 0n, owedUsage: 0n, owedPayments: 0n };
}

export interface CustomerRow {
  accountId: string;
  organizationId: string;
  toppedUp: bigint;
  given: bigint;
  consumed: bigint;
  consumedPaid: bigint;
  breakage: bigint;
  adjusted: bigint;
  closing: bigint;
  total: bigint;
}

/** Customers of whom anything was booked in the months from `start` up to `end`, who consumed most first. */
export async function readCustomers(rt: Runtime, period: { start: Date; end: Date }, page: { limit: number; offset: number }): Promise<CustomerRow[]> {
  return rt.db.query<CustomerRow>({
    name: "revenue_customers",
    text: `with booked as (
        select account_id, coalesce(sum(amount) filter (where line in ('topup', 'manual', 'taken_back', 'debt_paid')), 0)::bigint as topped_up,
          coalesce(sum(amount) filter (where line in ('grant', 'grant_revoked', 'promotion_expired')), 0)::bigint as given,
          coalesce(-sum(amount) filter (where line in ('usage', 'usage_given_back', 'sale')), 0)::bigint as consumed,
          coalesce(-sum(paid) filter (where line in ('usage', 'usage_given_back', 'sale')), 0)::bigint as consumed_paid,
          coalesce(-sum(amount) filter (where line = 'breakage'), 0)::bigint as breakage,
          coalesce(sum(amount) filter (where line = 'adjustment'), 0)::bigint as adjusted
        from revenue_customer where month >= ($1::timestamptz at time zone 'UTC')::date and month < ($2::timestamptz at time zone 'UTC')::date group by account_id
      ), page as (
        select booked.*, count(*) over () as total from booked order by consumed desc, account_id limit $3::int offset $4::int
      )
      select page.account_id as "accountId", a.organization_id as "organizationId", topped_up as "toppedUp", given, consumed, consumed_paid as "consumedPaid", breakage, adjusted, total,
        (select coalesce(sum(amount), 0)::bigint from revenue_customer c where c.account_id = page.account_id and c.month < ($2::timestamptz at time zone 'UTC')::date) as closing
      from page join ledger_account a on a.id = page.account_id order by consumed desc, page.account_id`,
    values: [period.start, period.end, page.limit, page.offset],
  });
}

export interface ProductRow extends Sums {
  resourceType: string;
  component: string;
  planId: string;
  seconds: bigint;
}

/** Usage of the months from `start` up to `end`, less what was given back, as positive amounts, the dearest first. */
export async function readProducts(rt: Runtime, period: { start: Date; end: Date }): Promise<ProductRow[]> {
  return rt.db.query<ProductRow>({
    name: "revenue_products",
    text: `select resource_type as "resourceType", component, plan_id as "planId", sum(seconds)::bigint as seconds, -sum(amount)::bigint as amount, -sum(paid)::bigint as paid
      from revenue_product where month >= ($1::timestamptz at time zone 'UTC')::date and month < ($2::timestamptz at time zone 'UTC')::date
      group by resource_type, component, plan_id order by sum(amount), resource_type, component, plan_id`,
    values: [period.start, period.end],
  });
}
