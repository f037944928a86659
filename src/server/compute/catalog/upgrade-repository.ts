import type { Tx } from "#server/infra/events.ts";
import type { Prisma, Upgrade } from "#server/infra/prisma/client.ts";
import type { Runtime } from "#server/infra/runtime.ts";

export function listUpgradeRows(rt: Runtime): Promise<Upgrade[]> {
  return rt.db.prisma.upgrade.findMany({ orderBy: [{ active: "desc" }, { position: "asc" }, { id: "asc" }] });
}

export function findUpgrade(tx: Tx, id: string): Promise<Upgrade | null> {
  return tx.upgrade.findUnique({ where: { id } });
}

export async function lockUpgrade(tx: Tx, id: string): Promise<Upgrade | null> {
  await tx.$queryRaw`select 1 from upgrade where id = ${id} for no key update`;
  return tx.upgrade.findUnique({ where: { id } });
}

/** @returns false when another upgrade has the slug */
export async function insertUpgrade(tx: Tx, upgrade: Upgrade): Promise<boolean> {
  return (await tx.upgrade.createMany({ data: [upgrade], skipDuplicates: true })).count === 1;
}

export function changeUpgrade(tx: Tx, id: string, data: Prisma.UpgradeUpdateInput): Promise<Upgrade> {
  return tx.upgrade.update({ where: { id }, data });
}
