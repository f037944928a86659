import type { Duplex } from "node:stream";
import type { Backups, Consoles, History, Inspection, Metering, Migration, Passwords, PowerControl, Probing, Provisioning, Resizing, SerialLogs, Snapshots, Suspension } from "./capabilities.ts";

export interface CallOptions {
  /** Ends the wait, not the hypervisor's own task. */
  signal: AbortSignal;
  /** Names the effect: the same key on a repetition of the call. */
  key: string;
  /** How far the hypervisor's task is and what it says, for the operation's log. Never a secret. */
  report?: ((progress: TaskProgress) => void) | undefined;
}

export interface TaskProgress {
  /** 0–100; null: unknown */
  percent: number | null;
  /** a line of the task's log; null: none */
  message: string | null;
}

export interface VmHardware {
  image: VmImage;
  /** a backup that the disk is made from instead of the image; null: from the image */
  backup: string | null;
  /** linked: the disk refers to the image's; the driver makes a full copy where it cannot do that */
  cloneMode: "full" | "linked";
  /** the hypervisor's name of the storage for the disk; null: the host's default */
  storage: string | null;
  vcpu: number;
  memoryMb: number;
  storageGb: number;
  /** null in either: the host's default */
  network: { bridge: string | null; vlan: number | null };
}

export interface VmImage {
  /** slug in the catalog */
  slug: string;
  /** what this host calls it; null where hosts need no such name (simulated) */
  source: string | null;
}

/** What a VM's size is changed to. */
export interface VmSize {
  vcpu: number;
  memoryMb: number;
  storageGb: number;
}

/** What cloud-init is told. */
export interface GuestConfiguration {
  hostname: string;
  user: string;
  /** SHA-512-crypt; never the password */
  passwordHash: string;
  sshKeys: readonly string[];
  /** of the first interface; none: DHCP, and in IPv6 what routers announce */
  addresses: readonly GuestAddress[];
  nameservers: readonly string[];
  /** the customer's own user data (cloud-config or a script), given to the guest as it is; null: none */
  userData: string | null;
}

export interface GuestAddress {
  address: string;
  /** length of the network's prefix */
  prefix: number;
  gateway: string | null;
}

export interface VmObservation {
  /** the name by which this driver finds it again */
  ref: string;
  /** what administrators of the host read */
  name: string;
  power: "running" | "stopped" | "suspended";
  /** the task that has the VM now */
  busy: string | null;
  /** null until the guest has reported it */
  privateIp: string | null;
  mac: string | null;
  vcpu: number;
  memoryMb: number;
  /** of its first disk; null: unknown without asking for more */
  storageGb: number | null;
}

export interface VmUsage {
  ref: string;
  /** 0–100, of all vCPUs together */
  cpuPercent: number;
  /** parts of it, in the same measure; null, these two and `cpuIowaitPercent`: the hypervisor does not say */
  cpuUserPercent: number | null;
  cpuSystemPercent: number | null;
  /** 0–100, of all vCPUs together: they stood still for a disk */
  cpuIowaitPercent: number | null;
  memoryUsedMb: number;
  /** bytes a second, these four */
  diskReadBps: number;
  diskWriteBps: number;
  networkRxBps: number;
  networkTxBps: number;
  /** requests a second, these two; null: the hypervisor does not say */
  diskReadIops: number | null;
  diskWriteIops: number | null;
}

/** What a VM used at a time that is over. */
export interface PastVmUsage extends Omit<VmUsage, "ref"> {
  at: Date;
}

export interface HostProbe {
  /** of the hypervisor, as it calls itself */
  version: string;
  hypervisor: "kvm" | "xen" | "vmware" | "hyperv" | "simulated";
  /** threads */
  vcpu: number;
  memoryMb: number;
  memoryFreeMb: number;
  /** of the default storage */
  storageGb: number;
  storageFreeGb: number;
  /** all that can hold disks, the default too, by their names; none: every disk is on the default one; null: could not be asked now */
  storages: StorageProbe[] | null;
  /** 0–100, of the whole host; null: not measured */
  cpuPercent: number | null;
  /** SHA-256 of the certificate, colon hex; null: no TLS */
  tlsFingerprint: string | null;
  /** what is missing or wrong but does not stop it from working, a sentence each: privileges, a storage that is nearly full, a certificate that ends soon */
  warnings: string[];
}

export interface StorageProbe {
  name: string;
  /** disks are here where nothing else is said */
  isDefault: boolean;
  totalGb: number;
  freeGb: number;
}

export interface VmSnapshotObservation {
  name: string;
  takenAt: Date;
  /** null: the hypervisor does not say */
  sizeMb: number | null;
}

export interface VmBackupObservation {
  /** ours, as it was given to `takeBackup` */
  name: string;
  takenAt: Date;
  /** of the copy, as it is stored; null: the hypervisor does not say */
  sizeMb: number | null;
}

/** What a guest wrote to its serial port, from an offset on. */
export interface SerialOutput {
  /** bytes as they came, at most `limit` */
  bytes: Buffer;
  /** where the next reading begins */
  next: number;
  /** what was there before `bytes` and after the offset is gone: overwritten, or more than `limit` */
  skipped: boolean;
}

/** A VM's screen: RFB (RFC 6143) over a stream. */
export interface ConsoleConnection {
  stream: Duplex;
  /** of the VNC authentication; null: none is asked */
  password: string | null;
}

/** What a hypervisor may lack; asked for with `supports`. Everything else every driver does. */
export type Capability = "suspension" | "resizing" | "passwords" | "snapshots" | "backups" | "migration" | "console" | "serial-log" | "history";

/** Everything that a host's driver must do. What it does not support throws `refused` with a sentence. */
export interface Driver
  extends Probing, Inspection, Provisioning, PowerControl, Suspension, Metering, History, Resizing, Passwords, Snapshots, Backups, Migration, Consoles, SerialLogs {
  readonly supports: ReadonlySet<Capability>;
}

/** A host as its driver needs to know it. */
export interface DriverHost {
  id: string;
  name: string;
  vcpu: number;
  memoryMb: number;
  storageGb: number;
  /** https://pve.example.com:8006 · qemu:///system; null: simulated */
  endpoint: string | null;
  /** Proxmox: the cluster's node */
  node: string | null;
  /** unsealed; each driver parses its own form */
  credentials: unknown;
  /** SHA-256 of the certificate to trust, colon hex; null: the usual authorities */
  tlsFingerprint: string | null;
  /** storage, bridge, …: each driver parses its own form */
  settings: unknown;
}

/** The hypervisor's name of a VM: ours, so that we find it again whatever happened. */
export function hypervisorRef(vmId: string): string {
  return `sy-${vmId}`;
}

/** The VM of a hypervisor's name; null when the name is not one that we gave. */
export function vmIdOfRef(ref: string): string | null {
  return ref.startsWith("sy-vm_") ? ref.slice(3) : null;
}
