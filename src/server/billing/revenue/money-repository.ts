import type { Runtime } from "#server/infra/runtime.ts";
import { paymentFact, type PaymentFact } from "../payments/payment-fact.ts";

export interface PaidRow {
  /** null: of all together */
  organizationId: string | null;
  at: Date;
  currency: string;
  payments: bigint;
  paidMinor: bigint;
}

/** Payments whose credits were booked in the days or months from `start` up to `end`: of all together, or of each of `organizationIds`. */
export async function readPaid(rt: Runtime, period: { start: Date; end: Date; by: "month" | "day" }, organizationIds?: readonly string[]): Promise<PaidRow[]> {
  return rt.db.query<PaidRow>({
    name: "revenue_paid",
    // Whatever happens to a top-up is written to it then: what was booked later than `start` was changed later.
    text: `select case when $4::text[] is not null then p.organization_id end as "organizationId", date_trunc($3, t.created_at at time zone 'UTC') at time zone 'UTC' as at, p.currency, count(*) as payments, sum(p.amount_minor)::bigint as "paidMinor"
      from top_up p join transfer t on t.idempotency_key = 'topup:' || p.id
      where p.paid_at is not null and p.updated_at >= $1::timestamptz and p.created_at < $2::timestamptz and t.created_at >= $1::timestamptz and t.created_at < $2::timestamptz
        and ($4::text[] is null or p.organization_id = any ($4::text[]))
      group by 1, 2, p.currency`,
    values: [period.start, period.end, period.by, organizationIds ?? null],
  });
}

/** A payment of which something was taken back at some time, with all that is known of it. */
export interface TouchedPayment {
  organizationId: string;
  currency: string;
  amountMinor: number;
  /** when its credits were booked */
  bookedAt: Date;
  facts: { at: Date; fact: PaymentFact }[];
}

interface TouchedRow {
  id: string;
  organizationId: string;
  currency: string;
  amountMinor: number;
  bookedAt: Date;
  facts: { at: string; fact: unknown }[];
}

/** Facts count from when they were processed; what we asked for ourselves, and what was answered, at once. */
const FACT = `jsonb_build_object('at', to_char((case when e.type in ('refund.requested', 'refund.refused') then e.received_at else e.processed_at end) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'fact', e.payload)
  as told, e.payload->>'kind' not in ('paid', 'failed', 'expired', 'other') as back`;
const COUNTS = `(e.processed_at is not null or e.type in ('refund.requested', 'refund.refused'))`;

/** Payments booked before `end` that were refunded or disputed, as far as anything of that can be later than `start`: all, or those of `organizationIds`. */
export async function readTouched(rt: Runtime, period: { start: Date; end: Date }, organizationIds?: readonly string[]): Promise<TouchedPayment[]> {
  const rows = await rt.db.query<TouchedRow>({
    name: "revenue_touched",
    text: `select p.id, p.organization_id as "organizationId", p.currency, p.amount_minor as "amountMinor", t.created_at as "bookedAt", known.facts
      from top_up p join transfer t on t.idempotency_key = 'topup:' || p.id
      cross join lateral (
        select jsonb_agg(told) as facts, bool_or(back) as touched from (
          select ${FACT} from payment_event e where e.top_up_id = p.id and e.provider = p.provider and ${COUNTS}
          union all
          select ${FACT} from payment_event e where e.top_up_id is null and e.provider = p.provider and e.payment_ref = p.payment_ref and ${COUNTS}
        ) event
      ) known
      where p.paid_at is not null and p.updated_at >= $1::timestamptz and p.created_at < $2::timestamptz and t.created_at < $2::timestamptz and known.touched
        and ($3::text[] is null or p.organization_id = any ($3::text[]))`,
    values: [period.start, period.end, organizationIds ?? null],
  });
  return rows.map(({ organizationId, currency, amountMinor, bookedAt, facts }) => ({
    organizationId,
    currency,
    amountMinor,
    bookedAt,
    facts: facts.map(({ at, fact }) => ({ at: new Date(at), fact: paymentFact.parse(fact) })),
  }));
}
