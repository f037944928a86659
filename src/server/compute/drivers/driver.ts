import type { Inspection, Metering, PowerControl, Provisioning, Suspension } from "./capabilities.ts";

export interface CallOptions {
  /** Ends the wait, not the hypervisor's own task. */
  signal: AbortSignal;
  /** Names the effect: the same key on a repetition of the call. */
  key: string;
}

export interface VmHardware {
  /** slug of an image in the catalog */
  image: string;
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
}

export interface VmObservation {
  ref: string;
  power: "running" | "stopped" | "suspended";
  /** the task that has the VM now */
  busy: string | null;
  /** null until the guest has reported it */
  privateIp: string | null;
  mac: string | null;
}

export interface VmUsage {
  ref: string;
  /** 0–100, of all vCPUs together */
  cpuPercent: number;
  memoryUsedMb: number;
  /** bytes a second, these four */
  diskReadBps: number;
  diskWriteBps: number;
  networkRxBps: number;
  networkTxBps: number;
}

/** Everything that a host's driver must do. */
export interface Driver extends Inspection, Provisioning, PowerControl, Suspension, Metering {}

/** A host as its driver needs to know it. */
export interface DriverHost {
  name: string;
  vcpu: number;
  memoryMb: number;
  storageGb: number;
}

/** The hypervisor's name of a VM: ours, so that we find it again whatever happened. */
export function hypervisorRef(vmId: string): string {
  return `sy-${vmId}`;
}

/** The VM of a hypervisor's name; null when the name is not one that we gave. */
export function vmIdOfRef(ref: string): string | null {
  return ref.startsWith("sy-vm_") ? ref.slice(3) : null;
}
