import type { Tx } from "#server/infra/events.ts";
import type { LedgerCheck } from "#server/infra/prisma/client.ts";
import type { Runtime } from "#server/infra/runtime.ts";

export type LedgerCheckRow = LedgerCheck;

/** @returns whether it is new; false: another worker wrote the check of this name */
export async function insertLedgerCheck(tx: Tx, check: LedgerCheckRow): Promise<boolean> {
  return (await tx.ledgerCheck.createMany({ data: [check], skipDuplicates: true })).count > 0;
}

/** The newest first. */
export async function lastLedgerChecks(rt: Pick<Runtime, "db">, limit: number): Promise<LedgerCheckRow[]> {
  return rt.db.prisma.ledgerCheck.findMany({ orderBy: [{ startedAt: "desc" }, { id: "desc" }], take: limit });
}

export async function ledgerCheckExists(rt: Pick<Runtime, "db">, id: string): Promise<boolean> {
  return (await rt.db.prisma.ledgerCheck.findUnique({ where: { id }, select: { id: true } })) !== null;
}
