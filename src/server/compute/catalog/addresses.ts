import type { Tx } from "#server/infra/events.ts";
import type { IpPool } from "#server/infra/prisma/client.ts";
import { deleteRested, firstFreeAddress, gatewaysOf, insertAddresses, lockPoolsOf } from "./address-repository.ts";
import { unusableOf } from "./pool-range.ts";

/** So long an address rests that was given back: routers and neighbours still have its old owner's MAC in their tables. */
export const ADDRESS_REST_MS = 10 * 60_000;

export interface FoundAddress {
  poolId: string;
  address: string;
}

/** The addresses that a new VM of the region gets: none where the region has no pools; "full" where these have none left. */
export type Finding = FoundAddress[] | "full";

/**
 * Finds one address of each family that the region's active pools offer. A VM has one interface, so its addresses come from pools of one bridge and VLAN: the
 * first with room among those that offer most families. The pools stay locked until the transaction ends; `giveAddresses` writes what was found.
 */
export async function findAddresses(tx: Tx, region: string, at: Date): Promise<Finding> {
  const pools = await lockPoolsOf(tx, region);
  if (pools.length === 0) return [];
  await deleteRested(tx, pools.map((pool) => pool.id), new Date(at.getTime() - ADDRESS_REST_MS));
  const gateways = await gatewaysOf(tx);
  const networks = [...Map.groupBy(pools, (pool) => `${pool.bridge ?? ""} ${pool.vlan ?? ""}`).values()];
  const most = Math.max(...networks.map((group) => familiesOf(group).length));
  for (const group of networks.filter((each) => familiesOf(each).length === most)) {
    const found: FoundAddress[] = [];
    for (const family of familiesOf(group)) {
      const address = await firstFreeOf(tx, group.filter((pool) => pool.family === family), gateways);
      if (address) found.push(address);
    }
    if (found.length === most) return found;
  }
  return "full";
}

/** Gives the VM the addresses that `findAddresses` found in the same transaction. */
export async function giveAddresses(tx: Tx, vmId: string, found: readonly FoundAddress[], at: Date): Promise<void> {
  if (found.length > 0) await insertAddresses(tx, found.map((each) => ({ ...each, vmId, takenAt: at })));
}

function familiesOf(pools: readonly IpPool[]): number[] {
  return [...new Set(pools.map((pool) => pool.family))].sort();
}

async function firstFreeOf(tx: Tx, pools: readonly IpPool[], gateways: readonly string[]): Promise<FoundAddress | null> {
  for (const pool of pools) {
    const address = await firstFreeAddress(tx, pool, unusableOf(pool, gateways));
    if (address) return { poolId: pool.id, address };
  }
  return null;
}
