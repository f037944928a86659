import type { Tx } from "#server/infra/events.ts";
import type { IpPool, Prisma } from "#server/infra/prisma/client.ts";
import type { Runtime } from "#server/infra/runtime.ts";

export interface PoolUse {
  poolId: string;
  taken: number;
  resting: number;
}

export function listPoolRows(rt: Runtime): Promise<IpPool[]> {
  return rt.db.prisma.ipPool.findMany({ orderBy: [{ region: "asc" }, { family: "asc" }, { createdAt: "asc" }] });
}

/** How many addresses of each pool are taken, and how many rest: those that were given back after `since`. */
export function poolUse(rt: Runtime, since: Date): Promise<PoolUse[]> {
  return rt.db.query<PoolUse>({
    name: "pool_use",
    text: `select pool_id as "poolId", count(vm_id)::int as taken, (count(*) filter (where released_at > $1))::int as resting from ip_address group by pool_id`,
    values: [since],
  });
}

/** Nobody else adds or changes a pool until the transaction ends: two that overlap cannot both be made. VMs get their addresses meanwhile. */
export async function lockAllPools(tx: Tx): Promise<IpPool[]> {
  await tx.$executeRaw`lock table ip_pool in share row exclusive mode`;
  return tx.ipPool.findMany();
}

/** The pool, locked against VMs that look for an address. */
export async function lockPool(tx: Tx, id: string): Promise<IpPool | null> {
  await tx.$queryRaw`select 1 from ip_pool where id = ${id} for update`;
  return tx.ipPool.findUnique({ where: { id } });
}

export function insertPool(tx: Tx, pool: IpPool): Promise<IpPool> {
  return tx.ipPool.create({ data: pool });
}

export function changePoolRow(tx: Tx, id: string, data: Prisma.IpPoolUncheckedUpdateInput): Promise<IpPool> {
  return tx.ipPool.update({ where: { id }, data });
}

/** Removes the pool with the addresses at rest. */
export async function deletePool(tx: Tx, id: string): Promise<void> {
  await tx.ipAddress.deleteMany({ where: { poolId: id, vmId: null } });
  await tx.ipPool.delete({ where: { id }, select: { id: true } });
}

/** The addresses of the pool that VMs have. */
export async function takenAddresses(tx: Tx, poolId: string): Promise<string[]> {
  return (await tx.ipAddress.findMany({ where: { poolId, vmId: { not: null } }, select: { address: true } })).map(({ address }) => address);
}

/** Those of the addresses that a VM has, in whichever pool. */
export async function takenAmong(tx: Tx, addresses: string[]): Promise<string[]> {
  return (await tx.ipAddress.findMany({ where: { address: { in: addresses }, vmId: { not: null } }, select: { address: true } })).map(({ address }) => address);
}

const HOLDER = { vm: { select: { id: true, name: true, status: true, organizationId: true } } } satisfies Prisma.IpAddressInclude;

/** A page of the pool's addresses in the order of the network; those at rest since before `since` are free and left out. */
export async function addressPage(rt: Runtime, poolId: string, since: Date, page: { page: number; limit: number }) {
  const where = { poolId, OR: [{ vmId: { not: null } }, { releasedAt: { gt: since } }] };
  const total = await rt.db.prisma.ipAddress.count({ where });
  // Text is not in the order of addresses: the page's keys come from the database's own type.
  const keys = await rt.db.query<{ address: string }>({
    name: "pool_addresses",
    text: "select address from ip_address where pool_id = $1 and (vm_id is not null or released_at > $2) order by address::inet limit $3 offset $4",
    values: [poolId, since, page.limit, (page.page - 1) * page.limit],
  });
  const order = new Map(keys.map(({ address }, index) => [address, index]));
  const rows = await rt.db.prisma.ipAddress.findMany({ where: { address: { in: [...order.keys()] } }, include: HOLDER });
  return { total, rows: rows.sort((one, other) => (order.get(one.address) ?? 0) - (order.get(other.address) ?? 0)) };
}
