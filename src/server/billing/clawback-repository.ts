import type { Tx } from "#server/infra/events.ts";
import type { Clawback } from "#server/infra/prisma/client.ts";

export type ClawbackRow = Clawback;

/** What the account's organization owes for payments that were taken back, the oldest first. One statement: every transfer asks. */
export async function openClawbacks(tx: Tx, accountId: string): Promise<ClawbackRow[]> {
  return tx.$queryRawUnsafe<ClawbackRow[]>(
    `select c.id, c.organization_id as "organizationId", c.top_up_id as "topUpId", c.amount, c.paid_amount as "paidAmount", c.created_at as "createdAt", c.settled_at as "settledAt"
      from clawback c join ledger_account l on l.organization_id = c.organization_id and l.kind = 'customer'
      where l.id = $1 and c.settled_at is null order by c.created_at, c.id`,
    accountId,
  );
}

export async function insertClawback(tx: Tx, clawback: Pick<Clawback, "id" | "organizationId" | "topUpId" | "amount" | "createdAt">): Promise<void> {
  await tx.clawback.create({ data: clawback, select: { id: true } });
}

/** Writes what is owed and what of it is paid; one that is paid in full is settled. */
export async function updateClawback(tx: Tx, clawback: Pick<Clawback, "id" | "amount" | "paidAmount">, at: Date): Promise<void> {
  const settledAt = clawback.amount === clawback.paidAmount ? at : null;
  await tx.clawback.update({ where: { id: clawback.id }, data: { amount: clawback.amount, paidAmount: clawback.paidAmount, settledAt }, select: { id: true } });
}

/** All that was to be paid back for a top-up, settled or not, the oldest first. */
export async function clawbacksOf(tx: Tx, topUpId: string): Promise<ClawbackRow[]> {
  return tx.clawback.findMany({ where: { topUpId }, orderBy: [{ createdAt: "asc" }, { id: "asc" }] });
}
