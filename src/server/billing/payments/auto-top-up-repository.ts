import type { Tx } from "#server/infra/events.ts";
import type { AutoTopUp, Prisma } from "#server/infra/prisma/client.ts";
import type { Runtime } from "#server/infra/runtime.ts";

export type AutoTopUpRow = AutoTopUp;

export async function findAutoTopUp(rt: Pick<Runtime, "db">, organizationId: string): Promise<AutoTopUpRow | null> {
  return rt.db.prisma.autoTopUp.findUnique({ where: { organizationId } });
}

/** Locked until the transaction ends: whoever decides about a payment holds it. */
export async function lockAutoTopUp(tx: Tx, organizationId: string): Promise<AutoTopUpRow | null> {
  await tx.$queryRawUnsafe("select organization_id from auto_top_up where organization_id = $1 for update", organizationId);
  return tx.autoTopUp.findUnique({ where: { organizationId } });
}

export async function writeAutoTopUp(tx: Tx, row: AutoTopUpRow): Promise<void> {
  const { organizationId, ...rest } = row;
  await tx.autoTopUp.upsert({ where: { organizationId }, create: row, update: rest, select: { organizationId: true } });
}

export async function updateAutoTopUp(tx: Tx, organizationId: string, change: Prisma.AutoTopUpUncheckedUpdateInput & { updatedAt: Date }): Promise<void> {
  await tx.autoTopUp.updateMany({ where: { organizationId }, data: change });
}

/** Organizations below their threshold that pay by themselves, whose last attempt is not too near. @param options.organizationId of these alone that one */
export async function organizationsBelow(rt: Pick<Runtime, "db">, options: { organizationId?: string; limit: number }): Promise<string[]> {
  const rows = await rt.db.query<{ organizationId: string }>({
    name: "auto_top_up_below",
    text: `select a.organization_id as "organizationId" from auto_top_up a
      join ledger_account l on l.organization_id = a.organization_id and l.kind = 'customer'
      where a.enabled and a.method_ref is not null and l.balance - l.held < a.threshold and ($1::text is null or a.organization_id = $1)
        and not exists (select 1 from top_up t where t.organization_id = a.organization_id and t.user_id is null and t.status = 'created')
      order by a.last_attempt_at nulls first limit $2`,
    values: [options.organizationId ?? null, options.limit],
  });
  return rows.map((row) => row.organizationId);
}

/** Whether a payment by itself is under way, and the credits of those since `monthBegin` that were not declined; under the lock of the organization's row. */
export async function automaticSince(tx: Pick<Tx, "topUp">, organizationId: string, monthBegin: Date): Promise<{ pending: boolean; credits: bigint }> {
  const rows = await tx.topUp.findMany({
    where: { organizationId, userId: null, OR: [{ status: "created" }, { status: { notIn: ["failed", "expired"] }, createdAt: { gte: monthBegin } }] },
    select: { status: true, credits: true, createdAt: true },
  });
  const counted = rows.filter((row) => row.createdAt >= monthBegin);
  return { pending: rows.some((row) => row.status === "created"), credits: counted.reduce((sum, row) => sum + row.credits, 0n) };
}

/** Whether the account stood at `threshold` or above at some time since `since`. */
export async function stoodAbove(tx: Tx, organizationId: string, threshold: bigint, since: Date): Promise<boolean> {
  const rows = await tx.$queryRawUnsafe<{ above: boolean }[]>(
    `select exists (
      select 1 from transfer t join ledger_account l on l.id = t.to_account_id
      where l.organization_id = $1 and l.kind = 'customer' and t.created_at >= $2::timestamptz and t.to_balance_after >= $3::bigint) as above`,
    organizationId, since, threshold,
  );
  return rows[0]?.above ?? false;
}
