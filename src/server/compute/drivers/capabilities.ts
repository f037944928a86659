import type {
  CallOptions,
  ConsoleConnection,
  DriverHost,
  GuestConfiguration,
  HostProbe,
  PastVmUsage,
  SerialOutput,
  VmBackupObservation,
  VmHardware,
  VmObservation,
  VmSize,
  VmSnapshotObservation,
  VmUsage,
} from "./driver.ts";

/**
 * What a hypervisor can do, in small pieces. Every VM of ours has the name that we gave it (`ref`), so each call can find out what an earlier one, perhaps
 * of a process that was killed, has already done; one that was adopted keeps the hypervisor's own. A call that changes something
 * - brings the VM into the state it names and returns when it is there,
 * - does nothing when the VM is there already,
 * - joins the hypervisor's own task when one to the same end is under way, and waits for any other to end,
 * - throws DriverError alone: `not_found` when there is no such VM.
 */
export interface Probing {
  /** Whether the host answers, what it has and what it lacks. @throws unavailable, refused (credentials, certificate, no such node or storage) with the real reason */
  probe(call: CallOptions): Promise<HostProbe>;
}

export interface Inspection {
  /** null: the hypervisor has no such VM. A VM whose creation is under way is there, with `busy`. */
  inspect(ref: string, call: CallOptions): Promise<VmObservation | null>;
  /** Every VM on the host, in any state, whoever named it; no templates. */
  list(call: CallOptions): Promise<VmObservation[]>;
}

export interface Provisioning {
  /** A stopped VM with its disk made from the image, or the backup. @throws refused when a VM of this name with another size is there, it does not fit, or there is no such backup */
  create(ref: string, hardware: VmHardware, call: CallOptions): Promise<void>;
  /** Cloud-init data, read by the guest at its next start. */
  configure(ref: string, guest: GuestConfiguration, call: CallOptions): Promise<void>;
  /** The VM, its disk and its snapshots are gone, whatever state it was in; also when it never was, or is still being created. */
  destroy(ref: string, call: CallOptions): Promise<void>;
}

export interface PowerControl {
  start(ref: string, call: CallOptions): Promise<void>;
  /**
   * graceful: asks the guest and waits `timeoutMs`. @throws refused when the guest has not stopped by then; it runs on
   * forced: cuts the power, whatever else is under way.
   */
  stop(ref: string, how: { mode: "graceful"; timeoutMs: number } | { mode: "forced" }, call: CallOptions): Promise<void>;
  /** As by the button. A repetition with the same `call.key` does nothing. */
  reset(ref: string, call: CallOptions): Promise<void>;
}

export interface Suspension {
  suspend(ref: string, call: CallOptions): Promise<void>;
  resume(ref: string, call: CallOptions): Promise<void>;
}

export interface Metering {
  /** Usage of those of `refs` that run, in one call. */
  usage(refs: readonly string[], call: CallOptions): Promise<VmUsage[]>;
}

export interface History {
  /** What the host itself recorded of the VM between two times, oldest first, as fine as it has it; nothing where it has nothing. For the time when nobody asked for `usage`. */
  usageHistory(ref: string, from: Date, to: Date, call: CallOptions): Promise<PastVmUsage[]>;
}

export interface Resizing {
  /** Of a stopped VM. The disk only grows. @throws refused when it runs, would shrink its disk, or does not fit */
  resize(ref: string, size: VmSize, call: CallOptions): Promise<void>;
}

export interface Passwords {
  /** In a running guest, by its agent. @throws refused when no agent answers */
  setPassword(ref: string, login: { user: string; passwordHash: string }, call: CallOptions): Promise<void>;
}

export interface Snapshots {
  /** Disk, and memory when the VM runs. `name` is ours: letters, digits, hyphens and underscores, at most 40, beginning with a letter. */
  takeSnapshot(ref: string, name: string, call: CallOptions): Promise<void>;
  /** Oldest first. */
  listSnapshots(ref: string, call: CallOptions): Promise<VmSnapshotObservation[]>;
  /** The VM is as it was then: running when it ran, else stopped. @throws refused when there is no such snapshot */
  restoreSnapshot(ref: string, name: string, call: CallOptions): Promise<void>;
  deleteSnapshot(ref: string, name: string, call: CallOptions): Promise<void>;
}

/**
 * Copies of a VM's disks, whole and apart from it: they are in a place of their own (the host's setting), need nothing of the VM, and outlive it.
 * Names are ours, of the same form as those of snapshots, and unique on all hosts.
 */
export interface Backups {
  /**
   * The disks at one moment, of a VM that goes on running, or is stopped; not its memory. A repetition with the name of a backup that is complete does nothing;
   * what an earlier call left incomplete counts for nothing.
   * @throws refused when there is no place or no room for it; nothing is left of it then
   */
  takeBackup(ref: string, name: string, call: CallOptions): Promise<VmBackupObservation>;
  /** All complete ones of ours that this host can reach, of VMs that are gone too. */
  listBackups(call: CallOptions): Promise<VmBackupObservation[]>;
  /**
   * Of a stopped VM: its disk is the backup's, but as large as it was when it is larger than that; its snapshots are gone. Everything else (size, name, addresses, cloud-init) stays.
   * @throws refused when it runs, or there is no such backup: then nothing has changed
   */
  restoreBackup(ref: string, name: string, call: CallOptions): Promise<void>;
  /** Also one that is being taken (its task is ended), and one that never was. */
  deleteBackup(name: string, call: CallOptions): Promise<void>;
}

export interface Migration {
  /**
   * To another host of the same kind: the VM is there, in the state it was in, and here no more. `bandwidthMbps`: megabits a second, null: unlimited.
   * @throws refused when the hosts cannot do it (not the same cluster, no live migration of this VM); the VM is then where it was
   */
  migrate(ref: string, target: DriverHost, how: { live: boolean; bandwidthMbps: number | null }, call: CallOptions): Promise<void>;
}

export interface Consoles {
  /** The screen of a running VM. @throws refused when it does not run */
  openConsole(ref: string, call: CallOptions): Promise<ConsoleConnection>;
}

export interface SerialLogs {
  /** What the guest wrote to its first serial port since it was made, or as much of it as the host kept. An offset beyond the end: from the beginning of what there is. */
  readSerial(ref: string, offset: number, limit: number, call: CallOptions): Promise<SerialOutput>;
}
