import type { HostLoad } from "./repository.ts";

export interface Need {
  vcpu: number;
  memoryMb: number;
  storageGb: number;
}

/** The host with the largest share of its memory free after it has taken the VM; null when it fits on none. Nothing is overbooked. */
export function choosePlace(hosts: readonly HostLoad[], need: Need): HostLoad | null {
  const free = (host: HostLoad): number => (host.memoryMb - host.usedMemoryMb - need.memoryMb) / host.memoryMb;
  const fits = (host: HostLoad): boolean =>
    host.vcpu - host.usedVcpu >= need.vcpu && host.memoryMb - host.usedMemoryMb >= need.memoryMb && host.storageGb - host.usedStorageGb >= need.storageGb;
  return hosts.filter(fits).reduce<HostLoad | null>((best, host) => (best === null || free(host) > free(best) ? host : best), null);
}
