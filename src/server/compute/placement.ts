import type { HostLoad } from "./placement-repository.ts";

export interface Need {
  vcpu: number;
  memoryMb: number;
  storageGb: number;
}

/**
 * The hosts that can take the VM, best first: the one with the largest share of its memory free afterwards, then of its CPU, then of its storage.
 * @param hosts of the catalog, whatever their state
 */
export function rankPlaces(hosts: readonly HostLoad[], need: Need): HostLoad[] {
  return hosts.filter((host) => isOpen(host) && hasRoom(host, need)).sort((one, other) => compareShares(shares(one, need), shares(other, need)) || (one.id < other.id ? -1 : 1));
}

/** The best place for the VM; null when it fits on none. */
export function choosePlace(hosts: readonly HostLoad[], need: Need): HostLoad | null {
  return rankPlaces(hosts, need)[0] ?? null;
}

/** Whether the host takes new VMs of this plan and image. A host nobody has heard of yet takes none; a simulated one cannot be away. */
function isOpen(host: HostLoad): boolean {
  const healthy = host.health === "healthy" || (host.driver === "simulated" && host.health === "unknown");
  return host.status === "active" && healthy && host.planAllowed && (host.driver === "simulated" || host.hasImage);
}

/** Whether so much more fits on the host, by what is reserved there and by what was last measured. */
export function hasRoom(host: HostLoad, more: Need): boolean {
  const free = freeOf(host);
  return free.vcpu >= more.vcpu && free.memoryMb >= more.memoryMb && free.storageGb >= more.storageGb;
}

/**
 * What is left. Reserved counts whether it is used or not; measured is stricter when something else lives on the host. vCPUs are sold by the host's ratio,
 * memory and storage never more than there is.
 */
export function freeOf(host: HostLoad): Need {
  return {
    vcpu: Math.floor(host.vcpu * host.vcpuRatio) - host.usedVcpu,
    memoryMb: Math.min(host.memoryMb - host.memoryReserveMb - host.usedMemoryMb, host.memoryFreeMb ?? Infinity),
    storageGb: Math.min(host.storageGb - host.storageReserveGb - host.usedStorageGb, host.storageFreeGb ?? Infinity),
  };
}

function shares(host: HostLoad, need: Need): [number, number, number] {
  const free = freeOf(host);
  return [(free.memoryMb - need.memoryMb) / host.memoryMb, (free.vcpu - need.vcpu) / (host.vcpu * host.vcpuRatio), (free.storageGb - need.storageGb) / host.storageGb];
}

function compareShares(one: readonly number[], other: readonly number[]): number {
  for (const [index, share] of one.entries()) {
    const difference = (other[index] ?? 0) - share;
    if (difference !== 0) return difference;
  }
  return 0;
}
