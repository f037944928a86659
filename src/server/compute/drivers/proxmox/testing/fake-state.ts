import { died } from "./fake-errors.ts";

export const GIB = 1024 ** 3;

export interface FakeStorage {
  name: string;
  /** null: on every node the same */
  node: string | null;
  type: string;
  content: string;
  total: number;
  /** snapshots and linked clones */
  snapshots: boolean;
  /** volume id → bytes */
  volumes: Map<string, number>;
  /** archives of a VM that may be protected; absent: not set, which is 5 for whoever may not change the storage */
  maxProtected?: number;
}

/** An archive of a VM; its volume is on a storage like any other. */
export interface FakeBackup {
  vmid: number;
  /** seconds */
  ctime: number;
  notes: string;
  protected: boolean;
  config: Record<string, string>;
  /** what is on the disks, by their keys */
  contents: Record<string, string>;
}

export interface FakeSnapshot {
  name: string;
  description: string;
  /** seconds */
  time: number;
  config: Record<string, string>;
  vmstate: boolean;
}

export interface FakeVm {
  vmid: number;
  node: string;
  config: Record<string, string>;
  /** set while it ran: taken at the next start */
  pending: Record<string, string>;
  template: boolean;
  running: boolean;
  paused: boolean;
  /** epoch ms */
  startedAt: number;
  /** epoch ms: from when its guest agent answers */
  agentAt: number;
  /** bytes since the start */
  counters: { diskread: number; diskwrite: number; netin: number; netout: number };
  /** watched over by high availability: it does the work later, and by itself */
  ha: boolean;
  /** presses of the reset button */
  resets: number;
  /** by user: what the agent was told, and whether as a hash */
  passwords: Map<string, { value: string; crypted: boolean }>;
  snapshots: FakeSnapshot[];
  /** QEMU runs for a backup alone; the guest does not */
  prelaunch: boolean;
  /** what the host recorded: seconds → values; null: a gap */
  recorded: Map<number, Record<string, number> | null>;
  /** the lock file; a waiter gives up after a while */
  held: boolean;
}

export interface FakeState {
  version: string;
  cluster: string | null;
  nodes: Map<string, { cpus: number; memory: number; online: boolean; bridges: string[] }>;
  storages: FakeStorage[];
  vms: Map<number, FakeVm>;
  /** by volume id */
  backups: Map<string, FakeBackup>;
  /** what somebody wrote on disks, by volume id */
  contents: Map<string, string>;
  /** nodes on which vzdump runs: one at a time on each */
  dumping: Set<string>;
  /** archives are made, but their notes cannot be written */
  notesFail: boolean;
  /** milliseconds */
  pace: FakePace;
}

export interface FakePace {
  clone: number;
  /** an archive, made or restored */
  backup: number;
  power: number;
  /** a guest's own shutdown; Infinity: it ignores the button */
  shutdown: number;
  boot: number;
  task: number;
  lockWait: number;
  /** until high availability does what was requested */
  ha: number;
  /** of what /cluster/resources says about states */
  stale: number;
  ticketMs: number;
}

export const FAKE_PACE: FakePace = { clone: 60, backup: 60, power: 10, shutdown: 1_200, boot: 30, task: 20, lockWait: 60, ha: 60, stale: 0, ticketMs: 2 * 3_600_000 };

export function vmOf(state: FakeState, node: string, vmid: number): FakeVm {
  const vm = state.vms.get(vmid);
  if (!vm || vm.node !== node) throw died(`Configuration file 'nodes/${node}/qemu-server/${vmid}.conf' does not exist`);
  return vm;
}

export function mustBeUnlocked(vm: FakeVm, except: readonly string[] = []): void {
  const { lock } = vm.config;
  if (lock !== undefined && !except.includes(lock)) throw died(`VM is locked (${lock})`);
}

export function storageOf(state: FakeState, node: string, name: string): FakeStorage {
  const storage = state.storages.find((each) => each.name === name && (each.node === null || each.node === node));
  if (!storage) throw died(`storage '${name}' does not exist`);
  return storage;
}

export function usedOf(storage: FakeStorage): number {
  return [...storage.volumes.values()].reduce((sum, bytes) => sum + bytes, 0);
}

/** `scsi0: local-lvm:vm-100-disk-0,size=2G` → its parts. */
export function volumesOf(vm: FakeVm): { key: string; storage: string; volid: string; bytes: number; cdrom: boolean }[] {
  return Object.entries(vm.config).flatMap(([key, value]) => {
    const match = /^(?:scsi|virtio|ide|sata)\d+$/.test(key) ? /^(([^:,]+):[^,]+)(.*)$/.exec(value) : null;
    if (!match) return [];
    const size = /size=(\d+)([GM])/.exec(match[3] ?? "");
    const bytes = Number(size?.[1] ?? 0) * (size?.[2] === "M" ? 1024 ** 2 : GIB);
    return [{ key, storage: match[2] ?? "", volid: match[1] ?? "", bytes, cdrom: /media=cdrom/.test(match[3] ?? "") }];
  });
}

let macs = 0;

export function newMac(): string {
  macs += 1;
  return `BC:24:11:${[macs >> 16, macs >> 8, macs].map((part) => (part & 255).toString(16).padStart(2, "0").toUpperCase()).join(":")}`;
}

export function blankVm(vmid: number, node: string, config: Record<string, string>): FakeVm {
  return { vmid, node, config, pending: {}, template: false, running: false, paused: false, startedAt: 0, agentAt: 0, ha: false, counters: { diskread: 0, diskwrite: 0, netin: 0, netout: 0 }, resets: 0, passwords: new Map(), snapshots: [], prelaunch: false, recorded: new Map(), held: false };
}
