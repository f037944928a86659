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
  /** Whose number `vmid` is now, where it is one of ours. */
  owner(cluster: string, vmid: number): Promise<string | null>;
  /** `vmid` belongs to somebody else: it rests, and the next `reserve` gives `ref` another. Nothing happens when `ref` has another number by now. */
  discard(cluster: string, ref: string, vmid: number): Promise<void>;
  /** The VM is gone: its number rests. */
  release(cluster: string, ref: string): Promise<void>;
}
