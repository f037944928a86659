import type { IpPool } from "#server/infra/prisma/client.ts";
import { formatAddress, type Network, parseAddress, parseNetwork } from "./ip-network.ts";

export interface Range {
  first: bigint;
  last: bigint;
}

/** The network and the range of a pool that was checked before it was stored. */
export function rangeOf(pool: Pick<IpPool, "network" | "firstAddress" | "lastAddress">): Range & { network: Network } {
  const network = parseNetwork(pool.network);
  const first = parseAddress(pool.firstAddress);
  const last = parseAddress(pool.lastAddress);
  if (!network || !first || !last) throw new Error(`the pool of ${pool.network} holds what is no address`);
  return { network, first: first.value, last: last.value };
}

/**
 * What no VM may have of a network: the network's own address (in IPv6 the routers' anycast, RFC 4291 2.6.1) and in IPv4 the broadcast address; networks of one or
 * two addresses have neither (RFC 3021).
 */
export function reservedOf(network: Network): bigint[] {
  if (network.end - network.base < 2n) return [];
  return network.family === 4 ? [network.base, network.end] : [network.base];
}

/** The addresses within the pool's range that it never gives. */
export function unusableOf(pool: IpPool, gateways: readonly string[]): string[] {
  const { network, first, last } = rangeOf(pool);
  const values = gateways.flatMap((gateway) => {
    const parsed = parseAddress(gateway);
    return parsed?.family === network.family ? [parsed.value] : [];
  });
  return [...new Set([...reservedOf(network), ...values])].filter((value) => value >= first && value <= last).map((value) => formatAddress(network.family, value));
}

/** How many addresses the pool can give. */
export function sizeOf(pool: IpPool, gateways: readonly string[]): bigint {
  const { first, last } = rangeOf(pool);
  return last - first + 1n - BigInt(unusableOf(pool, gateways).length);
}
