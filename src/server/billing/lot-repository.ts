import type { Tx } from "#server/infra/events.ts";
import type { CreditLot } from "#server/infra/prisma/client.ts";
import type { Runtime } from "#server/infra/runtime.ts";

export type LotRow = Omit<CreditLot, "open" | "accountId" | "transferId"> & { kind: string; description: string };

/** A page of an organization's lots in the order they are spent in; those of which nothing is left come last, the newest first. */
export async function readLots(rt: Runtime, organizationId: string, input: { all: boolean; limit: number; offset: number }): Promise<{ lots: LotRow[]; total: number }> {
  const rows = await rt.db.query<LotRow & { total: bigint }>({
    name: "billing_lots",
    text: `select l.id, l.category, l.priority, l.amount, l.remaining, l.expires_at as "expiresAt", l.created_at as "createdAt", t.kind, t.description, count(*) over () as total
      from credit_lot l join transfer t on t.id = l.transfer_id
      where l.account_id = (select id from ledger_account where organization_id = $1 and kind = 'customer') and (l.open or $2::boolean)
      order by l.open desc, case when l.open then l.priority end, case when l.open then l.expires_at end, case when l.open then l.created_at end, l.id desc
      limit $3::int offset $4::int`,
    values: [organizationId, input.all, input.limit, input.offset],
  });
  return { lots: rows.map(({ total: _total, ...lot }) => lot), total: Number(rows[0]?.total ?? 0n) };
}

/** Lots of an account with something left whose time is over by `at`, in the order they expired in. What a hold keeps of them may stay for longer. */
export async function lotsToExpire(tx: Tx, accountId: string, at: Date): Promise<{ id: string; expiresAt: Date }[]> {
  return tx.$queryRawUnsafe<{ id: string; expiresAt: Date }[]>(
    `select id, expires_at as "expiresAt" from credit_lot where account_id = $1 and open and expires_at <= $2::timestamptz order by expires_at, created_at, id`,
    accountId, at,
  );
}

/** Those of the accounts that have a lot with something left whose time is over by `at`. */
export async function accountsToExpire(tx: Tx, accountIds: readonly string[], at: Date): Promise<Set<string>> {
  const lots = await tx.creditLot.findMany({ where: { accountId: { in: [...accountIds] }, open: true, expiresAt: { lte: at } }, select: { accountId: true } });
  return new Set(lots.map((lot) => lot.accountId));
}
