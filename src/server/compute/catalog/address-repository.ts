import type { Tx } from "#server/infra/events.ts";
import type { IpPool } from "#server/infra/prisma/client.ts";
import { formatAddress } from "./ip-network.ts";
import { rangeOf } from "./pool-range.ts";

/** The region's active pools, oldest first, locked: of two VMs that are made at once the second sees what the first has taken. */
export async function lockPoolsOf(tx: Tx, region: string): Promise<IpPool[]> {
  await tx.$queryRaw`select id from ip_pool where region = ${region} and active order by id for no key update`;
  return tx.ipPool.findMany({ where: { region, active: true }, orderBy: [{ createdAt: "asc" }, { id: "asc" }] });
}

/** The gateways of all pools: none is ever given, whichever pool's range it stands in. */
export async function gatewaysOf(tx: Tx): Promise<string[]> {
  const pools = await tx.ipPool.findMany({ where: { gateway: { not: null } }, select: { gateway: true } });
  return pools.flatMap(({ gateway }) => gateway ?? []);
}

export async function deleteRested(tx: Tx, poolIds: string[], before: Date): Promise<void> {
  await tx.ipAddress.deleteMany({ where: { poolId: { in: poolIds }, releasedAt: { lte: before } } });
}

/**
 * The lowest address of the pool that nobody has and that is not at rest; null when there is none. It looks for a gap behind an address that is taken, so that its
 * cost is that of the addresses taken and not of the network's size.
 */
export async function firstFreeAddress(tx: Tx, pool: IpPool, unusable: string[]): Promise<string | null> {
  const { network, first } = rangeOf(pool);
  // No range begins at zero: that address is no VM's.
  const before = formatAddress(network.family, first - 1n);
  const rows = await tx.$queryRaw<{ address: string }[]>`select host(a + 1) as address from (
      select a, lead(a) over (order by a) as next from (
        select address::inet as a from ip_address where pool_id = ${pool.id}
        union select unnest(${unusable}::text[])::inet
        union select ${before}::inet) taken
      where a >= ${before}::inet and a <= ${pool.lastAddress}::inet) gaps
    where a < ${pool.lastAddress}::inet and (next is null or next > a + 1)
    order by a limit 1`;
  return rows[0]?.address ?? null;
}

export async function insertAddresses(tx: Tx, rows: { address: string; poolId: string; vmId: string; takenAt: Date }[]): Promise<void> {
  await tx.ipAddress.createMany({ data: rows });
}

/** The VM has no address any more; each rests from now. */
export async function releaseAddresses(tx: Tx, vmId: string, at: Date): Promise<void> {
  await tx.ipAddress.updateMany({ where: { vmId }, data: { vmId: null, releasedAt: at } });
}
