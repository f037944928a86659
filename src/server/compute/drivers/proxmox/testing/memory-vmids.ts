import type { VmidStore } from "../vmids.ts";

/** In memory, never giving a number twice. */
export function createMemoryVmids(): VmidStore {
  const held = new Map<string, number>();
  const used = new Set<string>();
  const at = (cluster: string, ref: string): string => `${cluster} ${ref}`;
  return {
    async reserve(cluster, ref, range) {
      const before = held.get(at(cluster, ref));
      if (before !== undefined) return before;
      for (let vmid = range.from; vmid <= range.to; vmid += 1) {
        if (used.has(at(cluster, String(vmid)))) continue;
        used.add(at(cluster, String(vmid)));
        held.set(at(cluster, ref), vmid);
        return vmid;
      }
      throw new Error(`no number is free between ${range.from} and ${range.to}`);
    },
    find: async (cluster, ref) => held.get(at(cluster, ref)) ?? null,
    async owner(cluster, vmid) {
      for (const [key, number] of held) if (number === vmid && key.startsWith(`${cluster} `)) return key.slice(cluster.length + 1);
      return null;
    },
    async discard(cluster, ref, vmid) {
      if (held.get(at(cluster, ref)) === vmid) held.delete(at(cluster, ref));
    },
    async release(cluster, ref) {
      held.delete(at(cluster, ref));
    },
  };
}
