import type { Runtime } from "#server/infra/runtime.ts";
import { likePattern } from "#server/infra/sql-text.ts";
import { paymentFact, type PaymentFact } from "./payment-fact.ts";
import type { TopUpRow } from "./top-up-repository.ts";

export interface TopUpSearch {
  search: string | undefined;
  /** of customers whom the search means */
  organizationIds: readonly string[];
  status: string | undefined;
  provider: string | undefined;
  /** those alone that need somebody; mismatches since then */
  attentionSince: Date | null;
}

/** Top-ups of all customers, the newest first. */
export async function findTopUps(rt: Runtime, { search, organizationIds, status, provider, attentionSince }: TopUpSearch, page: { limit: number; offset: number }): Promise<{ rows: TopUpRow[]; total: number }> {
  const found = await rt.db.query<{ id: string; total: bigint }>({
    name: "top_up_search",
    text: `select p.id, count(*) over () as total from top_up p
      where ($1::text is null or case $1 when 'mismatched' then p.failure is not distinct from 'amount_mismatch' else p.status = $1 end)
        and ($2::text is null or p.provider = $2)
        and ($3::text is null or p.id = $3 or p.provider_ref = $3 or p.payment_ref = $3 or p.receipt_number ilike $4 or p.organization_id = any($5::text[]))
        and ($6::timestamptz is null or (p.failure = 'amount_mismatch' and p.updated_at >= $6::timestamptz) or (p.status = 'disputed' and not exists (
          select 1 from payment_event e where e.provider = p.provider and (e.top_up_id = p.id or e.payment_ref = p.payment_ref) and e.payload->>'kind' = 'dispute_lost')))
      order by p.id desc limit $7::int offset $8::int`,
    values: [status ?? null, provider ?? null, search || null, search ? likePattern(search) : null, organizationIds, attentionSince, page.limit, page.offset],
  });
  const rows = await rt.db.prisma.topUp.findMany({ where: { id: { in: found.map(({ id }) => id) } }, orderBy: { id: "desc" } });
  return { rows, total: Number(found[0]?.total ?? 0n) };
}

export async function topUpById(rt: Runtime, id: string): Promise<TopUpRow | null> {
  return rt.db.prisma.topUp.findUnique({ where: { id } });
}

export interface ToldFact {
  id: string;
  at: Date;
  event: string;
  outcome: string | null;
  fact: PaymentFact;
}

/** All that is known of a top-up's payment, the latest first, whether it named the top-up or the payment alone. */
export async function toldOf(rt: Runtime, topUp: TopUpRow): Promise<ToldFact[]> {
  const { id, provider, paymentRef } = topUp;
  const rows = await rt.db.prisma.paymentEvent.findMany({
    where: { provider, OR: [{ topUpId: id }, ...(paymentRef === null ? [] : [{ topUpId: null, paymentRef }])] },
    orderBy: [{ occurredAt: "desc" }, { eventId: "desc" }],
    take: 200,
  });
  return rows.map((row) => ({ id: row.eventId, at: row.occurredAt, event: row.type, outcome: row.outcome, fact: paymentFact.parse(row.payload) }));
}

export interface TopUpTransfer {
  id: string;
  kind: string;
  amount: bigint;
  description: string;
  createdAt: Date;
}

/** What a top-up moved: its credits, what was taken back and given again, and what was paid of its debts; positive: the customer received. */
export async function transfersOf(rt: Runtime, topUpId: string): Promise<TopUpTransfer[]> {
  return rt.db.query<TopUpTransfer>({
    name: "top_up_transfers",
    text: `select id, kind, case when is_customer_account(from_account_id) then -amount else amount end as amount, description, created_at as "createdAt" from transfer
      where (subject_id = $1 and subject_type = 'top_up') or (subject_type = 'clawback' and subject_id in (select id from clawback where top_up_id = $1))
      order by created_at, id limit 200`,
    values: [topUpId],
  });
}
