import type { CallOptions, GuestConfiguration, VmHardware, VmObservation, VmUsage } from "./driver.ts";

/**
 * What a hypervisor can do, in small pieces. Every VM has the name that we gave it (`ref`), so each call can find out what an earlier one, perhaps
 * of a process that was killed, has already done. A call that changes something
 * - brings the VM into the state it names and returns when it is there,
 * - does nothing when the VM is there already,
 * - joins the hypervisor's own task when one to the same end is under way, and waits for any other to end,
 * - throws DriverError alone.
 */
export interface Inspection {
  /** null: the hypervisor has no such VM. A VM whose creation is under way is there, with `busy`. */
  inspect(ref: string, call: CallOptions): Promise<VmObservation | null>;
  /** Every VM with a name that we gave, in any state. */
  list(call: CallOptions): Promise<VmObservation[]>;
}

export interface Provisioning {
  /** A stopped VM with its disk made from the image. @throws refused when a VM of this name with other hardware is there */
  create(ref: string, hardware: VmHardware, call: CallOptions): Promise<void>;
  /** Cloud-init data, read by the guest at its next start. */
  configure(ref: string, guest: GuestConfiguration, call: CallOptions): Promise<void>;
  /** The VM and its disk are gone, whatever state it was in; also when it never was, or is still being created. */
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
