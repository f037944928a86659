/** Bounds, both included. Proxmox takes 100 to 999 999 999. */
export interface VmidRange {
  from: number;
  to: number;
}

/**
 * Which number each of our VMs has in a cluster. Proxmox's `/cluster/nextid` reserves nothing, so two creations get the same number; a number of ours is
 * given to one ref, stays its own for as long as the ref is held, and rests before it is given again. A repeated creation meets its own number and so cannot
 * make a second VM.
 */
export interface VmidStore {
  /** The number of `ref`; the same one at every call until it is released or discarded. @throws Error when the range is used up */
  reserve(cluster: string, ref: string, range: VmidRange): Promise<number>;
  /** The number that `ref` has, without giving it one. */
  find(cluster: string, ref: string): Promise<number | null>;
  /** `vmid` belongs to somebody else: it rests, and the next `reserve` gives `ref` another. Nothing happens when `ref` has another number by now. */
  discard(cluster: string, ref: string, vmid: number): Promise<void>;
  /** The VM is gone: its number rests. */
  release(cluster: string, ref: string): Promise<void>;
}

/** For tests: in memory, never giving a number twice. */
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
    async discard(cluster, ref, vmid) {
      if (held.get(at(cluster, ref)) === vmid) held.delete(at(cluster, ref));
    },
    async release(cluster, ref) {
      held.delete(at(cluster, ref));
    },
  };
}
