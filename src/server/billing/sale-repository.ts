import type { Tx } from "#server/infra/events.ts";

/** The transfers that paid for an order, the oldest first, with what is left of each after reversals. */
export async function salesOf(tx: Tx, subjectType: string, subjectId: string): Promise<{ id: string; left: bigint }[]> {
  return tx.$queryRawUnsafe(
    `select t.id, (t.amount - coalesce((select sum(r.amount) from transfer r where r.reverses_id = t.id), 0))::bigint as left
      from transfer t where t.subject_id = $2 and t.subject_type = $1 and t.kind = 'sale' order by t.to_version`,
    subjectType, subjectId,
  );
}

/** The sum of an order's reversals whose keys begin so; null: there are none. */
export async function refundsOf(tx: Tx, subjectType: string, subjectId: string, keyBegin: string): Promise<bigint | null> {
  const { _sum } = await tx.transfer.aggregate({ where: { kind: "reversal", subjectType, subjectId, idempotencyKey: { startsWith: keyBegin } }, _sum: { amount: true } });
  return _sum.amount;
}
