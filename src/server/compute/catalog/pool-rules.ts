import { formatAddress, formatNetwork, type Network, parseAddress, parseNetwork } from "./ip-network.ts";
import { reservedOf } from "./pool-range.ts";
import { wrong } from "./refusals.ts";

export interface AskedPool {
  network: string;
  firstAddress: string | undefined;
  lastAddress: string | undefined;
  gateway: string | null;
  nameservers: readonly string[];
}

export interface CheckedPool {
  family: 4 | 6;
  network: string;
  firstAddress: string;
  lastAddress: string;
  gateway: string | null;
  nameservers: string[];
}

/** Networks in which no VM can have an address of its own, with what they are. */
const UNUSABLE = [
  ["0.0.0.0/8", "is this-network space"],
  ["127.0.0.0/8", "is loopback space"],
  ["169.254.0.0/16", "is link-local space"],
  ["224.0.0.0/3", "is multicast or reserved space"],
  ["::/8", "is reserved space: loopback, unspecified, or IPv4 inside of IPv6"],
  ["fe80::/10", "is link-local space"],
  ["ff00::/8", "is multicast space"],
].map(([network = "", words = ""]) => ({ network: networkOf("network", network), words }));

const LINK_LOCAL = networkOf("network", "fe80::/10");

/**
 * Checks what an administrator wrote, and writes it in the one spelling. Without a range it is the whole network.
 * @throws AppError INVALID_REQUEST that names the field
 */
export function checkPool(asked: AskedPool): CheckedPool {
  const network = networkOf("network", asked.network);
  const unusable = UNUSABLE.find((other) => other.network.family === network.family && overlap(other.network, network));
  if (unusable) throw wrong("network", unusable.words);
  const [first, last] = rangeIn(network, asked);
  const gateway = asked.gateway === null ? null : gatewayOf(network, asked.gateway);
  const left = last - first + 1n - BigInt([...new Set([...reservedOf(network), ...(gateway === null ? [] : [gateway])])].filter((value) => value >= first && value <= last).length);
  if (left < 1n) throw wrong("lastAddress", "leaves no address that a VM could have");
  const written = (value: bigint) => formatAddress(network.family, value);
  return {
    family: network.family,
    network: formatNetwork(network),
    firstAddress: written(first),
    lastAddress: written(last),
    gateway: gateway === null ? null : written(gateway),
    nameservers: asked.nameservers.map((text, index) => nameserverOf(index, text)),
  };
}

function networkOf(field: string, text: string): Network {
  const network = parseNetwork(text);
  if (!network) throw wrong(field, "must be a network with its prefix and no bits beyond it, such as 203.0.113.0/24 or 2001:db8:1::/64");
  return network;
}

function overlap(one: Network, other: Network): boolean {
  return one.base <= other.end && other.base <= one.end;
}

function within(network: Network, field: string, text: string): bigint {
  const address = parseAddress(text);
  if (!address) throw wrong(field, "must be an IP address");
  if (address.family !== network.family || address.value < network.base || address.value > network.end) throw wrong(field, `must be an address of ${formatNetwork(network)}`);
  return address.value;
}

/** The range that was asked for, else all that can be given. */
function rangeIn(network: Network, asked: AskedPool): [bigint, bigint] {
  const reserved = reservedOf(network);
  const lowest = reserved.includes(network.base) ? network.base + 1n : network.base;
  const highest = reserved.includes(network.end) ? network.end - 1n : network.end;
  const first = asked.firstAddress === undefined ? lowest : within(network, "firstAddress", asked.firstAddress);
  const last = asked.lastAddress === undefined ? highest : within(network, "lastAddress", asked.lastAddress);
  if (first > last) throw wrong("lastAddress", "must not be below the first address");
  return [first, last];
}

/** In the network, or in IPv6 a router's link-local address, which is what many routers have. */
function gatewayOf(network: Network, text: string): bigint {
  const address = parseAddress(text);
  if (address?.family === 6 && network.family === 6 && address.value >= LINK_LOCAL.base && address.value <= LINK_LOCAL.end) return address.value;
  const value = within(network, "gateway", text);
  if (reservedOf(network).includes(value)) throw wrong("gateway", "must not be the network's own or its broadcast address");
  return value;
}

function nameserverOf(index: number, text: string): string {
  const address = parseAddress(text);
  if (!address) throw wrong(`nameservers.${index}`, "must be an IP address");
  return formatAddress(address.family, address.value);
}
