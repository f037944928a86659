import type { Tx } from "#server/infra/events.ts";
import type { Prisma, Region } from "#server/infra/prisma/client.ts";
import type { Runtime } from "#server/infra/runtime.ts";

const USE = { _count: { select: { hosts: true, ipPools: true, vms: { where: { status: { notIn: ["terminated", "rolled_back"] } } } } } } satisfies Prisma.RegionInclude;
export type RegionInUse = Prisma.RegionGetPayload<{ include: typeof USE }>;

export function listRegionRows(rt: Runtime): Promise<RegionInUse[]> {
  return rt.db.prisma.region.findMany({ include: USE, orderBy: [{ position: "asc" }, { id: "asc" }] });
}

/** With its row locked: nothing that refers to it is added until the transaction ends. */
export async function lockRegion(tx: Tx, id: string): Promise<RegionInUse | null> {
  await tx.$queryRaw`select 1 from region where id = ${id} for update`;
  return tx.region.findUnique({ where: { id }, include: USE });
}

/** @returns false when there is one of this id */
export async function insertRegion(tx: Tx, region: Region): Promise<boolean> {
  return (await tx.region.createMany({ data: [region], skipDuplicates: true })).count === 1;
}

export async function changeRegion(tx: Tx, id: string, data: Prisma.RegionUpdateManyMutationInput): Promise<void> {
  await tx.region.updateMany({ where: { id }, data });
}

/** Also VMs that are gone: their history names it. */
export async function countReferences(tx: Tx, id: string): Promise<number> {
  const counts = await Promise.all([tx.vm.count({ where: { region: id } }), tx.host.count({ where: { region: id } }), tx.ipPool.count({ where: { region: id } })]);
  return counts.reduce((sum, count) => sum + count, 0);
}

export async function removeRegion(tx: Tx, id: string): Promise<void> {
  await tx.region.deleteMany({ where: { id } });
}
