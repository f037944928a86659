import { isIPv4, isIPv6 } from "node:net";

/** IP addresses as numbers: 32 or 128 bits in a bigint. */
export type Family = 4 | 6;

export interface Network {
  family: Family;
  /** its first address: the network's own */
  base: bigint;
  /** its last: in IPv4 the broadcast address */
  end: bigint;
  prefix: number;
}

const BITS: Record<Family, number> = { 4: 32, 6: 128 };

/** The number of an address; null when the text is none. No zones ("%eth0") and no IPv4 inside of IPv6. */
export function parseAddress(text: string): { family: Family; value: bigint } | null {
  if (isIPv4(text)) return { family: 4, value: text.split(".").reduce((sum, part) => (sum << 8n) | BigInt(part), 0n) };
  if (!isIPv6(text) || text.includes("%") || text.includes(".")) return null;
  const [head = "", tail] = text.split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const groups = [...left, ...Array.from({ length: 8 - left.length - right.length }, () => "0"), ...right];
  return { family: 6, value: groups.reduce((sum, group) => (sum << 16n) | BigInt(`0x${group}`), 0n) };
}

/** The one spelling of an address: that of PostgreSQL's inet, and RFC 5952's but for the addresses that embed IPv4, which no pool may have. */
export function formatAddress(family: Family, value: bigint): string {
  if (family === 4) return [24n, 16n, 8n, 0n].map((shift) => ((value >> shift) & 0xffn).toString()).join(".");
  const groups = Array.from({ length: 8 }, (_, index) => ((value >> BigInt(112 - index * 16)) & 0xffffn).toString(16));
  const { start, length } = longestZeros(groups);
  if (length < 2) return groups.join(":");
  return `${groups.slice(0, start).join(":")}::${groups.slice(start + length).join(":")}`;
}

/** The first of the longest runs of zero groups. */
function longestZeros(groups: readonly string[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  for (let start = 0; start < groups.length; start += 1) {
    let end = start;
    while (groups[end] === "0") end += 1;
    if (end - start > best.length) best = { start, length: end - start };
  }
  return best;
}

/** A network in CIDR notation; null when the text is none or its address has bits beyond the prefix. */
export function parseNetwork(text: string): Network | null {
  const match = /^([0-9a-fA-F:.]+)\/(\d{1,3})$/.exec(text);
  const address = match ? parseAddress(match[1] ?? "") : null;
  const prefix = Number(match?.[2]);
  if (!address || prefix > BITS[address.family]) return null;
  const size = 1n << BigInt(BITS[address.family] - prefix);
  if (address.value % size !== 0n) return null;
  return { family: address.family, base: address.value, end: address.value + size - 1n, prefix };
}

export function formatNetwork(network: Network): string {
  return `${formatAddress(network.family, network.base)}/${network.prefix}`;
}

/** Length of the prefix of a network that was checked before it was stored. */
export function prefixOf(network: string): number {
  return Number(network.slice(network.indexOf("/") + 1));
}
