import type { Tx } from "#server/infra/events.ts";
import type { Prisma, TopUp } from "#server/infra/prisma/client.ts";
import type { Runtime } from "#server/infra/runtime.ts";

export type TopUpRow = TopUp;

export async function insertTopUp(tx: Tx, topUp: Omit<Prisma.TopUpUncheckedCreateInput, "updatedAt"> & { createdAt: Date }): Promise<TopUpRow> {
  return tx.topUp.create({ data: { ...topUp, updatedAt: topUp.createdAt } });
}

export async function updateTopUp(tx: Tx, id: string, change: Prisma.TopUpUncheckedUpdateInput & { updatedAt: Date }): Promise<void> {
  await tx.topUp.update({ where: { id }, data: change, select: { id: true } });
}

/** The top-up, locked until the transaction ends: everything that is learnt of it is worked out under this lock. */
export async function lockTopUp(tx: Tx, id: string): Promise<TopUpRow | null> {
  await tx.$queryRawUnsafe("select id from top_up where id = $1 for update", id);
  return tx.topUp.findUnique({ where: { id } });
}

export async function findTopUp(rt: Pick<Runtime, "db">, organizationId: string, id: string): Promise<TopUpRow | null> {
  return rt.db.prisma.topUp.findFirst({ where: { id, organizationId } });
}

/** The organization's, newest first, those after the cursor (an id of the same list). */
export async function listTopUps(rt: Pick<Runtime, "db">, organizationId: string, cursor: string | undefined, limit: number): Promise<TopUpRow[]> {
  // Ids sort by time.
  return rt.db.prisma.topUp.findMany({ where: { organizationId, ...(cursor === undefined ? {} : { id: { lt: cursor } }) }, orderBy: { id: "desc" }, take: limit });
}

export async function listAllTopUps(rt: Pick<Runtime, "db">, filter: { status?: string; organizationId?: string }, skip: number, take: number): Promise<{ rows: TopUpRow[]; total: number }> {
  const where = { ...(filter.status === undefined ? {} : { status: filter.status }), ...(filter.organizationId === undefined ? {} : { organizationId: filter.organizationId }) };
  const [rows, total] = await Promise.all([rt.db.prisma.topUp.findMany({ where, orderBy: { id: "desc" }, skip, take }), rt.db.prisma.topUp.count({ where })]);
  return { rows, total };
}

/** Automatic top-ups whose charge has no answer yet. */
export async function automaticUnderWay(rt: Pick<Runtime, "db">): Promise<TopUpRow[]> {
  return rt.db.prisma.topUp.findMany({ where: { userId: null, status: "created" }, orderBy: { createdAt: "asc" }, take: 100 });
}

/** Those that nobody paid, and no event closed, since before `before`. */
export async function abandonedTopUps(rt: Pick<Runtime, "db">, before: Date): Promise<string[]> {
  const rows = await rt.db.prisma.topUp.findMany({ where: { status: "created", createdAt: { lt: before } }, select: { id: true }, orderBy: { createdAt: "asc" }, take: 100 });
  return rows.map((row) => row.id);
}

/**
 * The number that follows the last receipt's, of this year (UTC). Held until the transaction ends, and given back by a rollback: numbers have no gaps.
 * @returns R-2028-00000001
 */
export async function nextReceiptNumber(tx: Tx, at: Date): Promise<string> {
  const prefix = `R-${at.getUTCFullYear()}-`;
  await tx.$queryRawUnsafe("select 1 from pg_advisory_xact_lock(hashtext('top_up.receipt_number'))");
  const rows = await tx.$queryRawUnsafe<{ last: string | null }[]>("select max(receipt_number) as last from top_up where receipt_number like $1", `${prefix}%`);
  const last = Number(rows[0]?.last?.slice(prefix.length) ?? 0);
  return `${prefix}${(last + 1).toString().padStart(8, "0")}`;
}

/** The transfers that brought a top-up's credits, first and again after a dispute, the oldest first, with what was taken back of each by reversals. */
export async function broughtBy(tx: Tx, topUpId: string): Promise<{ id: string; amount: bigint; reversed: bigint }[]> {
  return tx.$queryRawUnsafe(
    `select t.id, t.amount, coalesce((select sum(r.amount) from transfer r where r.reverses_id = t.id), 0)::bigint as reversed
      from transfer t where t.subject_id = $1 and t.subject_type = 'top_up' and t.kind = 'topup' order by t.to_version`,
    topUpId,
  );
}
