import type { Hold } from "#server/infra/prisma/client.ts";
import type { Runtime } from "#server/infra/runtime.ts";

export type OutstandingHold = Pick<Hold, "id" | "amount" | "subjectType" | "subjectId" | "description" | "createdAt" | "expiresAt"> & { organizationId: string };

/** Pending holds of all organizations, or of one, the oldest first. */
export async function readOutstandingHolds(rt: Runtime, limit: number, offset: number, organizationId: string | null): Promise<{ holds: OutstandingHold[]; total: number }> {
  const rows = await rt.db.query<OutstandingHold & { total: bigint }>({
    name: "billing_holds",
    text: `select h.id, a.organization_id as "organizationId", h.amount, h.subject_type as "subjectType", h.subject_id as "subjectId", h.description, h.created_at as "createdAt", h.expires_at as "expiresAt",
        count(*) over () as total
      from hold h join ledger_account a on a.id = h.account_id where h.status = 'pending' and ($3::text is null or a.organization_id = $3) order by h.created_at, h.id limit $1::int offset $2::int`,
    values: [limit, offset, organizationId],
  });
  return { holds: rows.map(({ total: _total, ...hold }) => hold), total: Number(rows[0]?.total ?? 0n) };
}

/** Pending holds whose time is over, the longest first. */
export async function holdsToExpire(rt: Pick<Runtime, "db">, at: Date, limit: number): Promise<string[]> {
  const rows = await rt.db.query<{ id: string }>({
    name: "billing_holds_to_expire",
    text: "select id from hold where status = 'pending' and expires_at <= $1::timestamptz order by expires_at, id limit $2::int",
    values: [at, limit],
  });
  return rows.map((row) => row.id);
}
