import type { Driver, DriverHost, VmHardware, VmSize } from "../driver.ts";

/** A hypervisor on which a driver is tried by the contract. */
export interface TestHypervisor {
  /** The host, and others of its kind to which a VM can be migrated. */
  hosts: readonly [TestHost, ...TestHost[]];
  /** Of the smallest VM that starts there. */
  hardware: VmHardware;
  /** More of everything, that still fits. */
  larger: VmSize;
  /** Does not fit on the host. */
  tooLarge: VmSize;
  /** What its guest does. A disk without a system does none of it. */
  guest: {
    /** switches itself off when its button is pressed */
    reacts: boolean;
    /** its address becomes known */
    reportsAddress: boolean;
    /** answers the hypervisor's questions, by an agent */
    agent: boolean;
    /** user of the image */
    user: string;
  };
  /** What is on the disks of its first host; absent: nothing can be written there from outside, and the tests of what backups have in them are skipped. */
  disk?: TestDisk;
  /** What any one call may take, with room to spare. */
  patienceMs: number;
  /** Makes a VM by the hypervisor's own means, as somebody else would. @returns its ref, as `list` shows it */
  makeForeign(): Promise<string>;
  close(): Promise<void>;
}

/** The first disk of a stopped VM, past the driver. */
export interface TestDisk {
  /** Writes a few letters where nothing of its system is: each time to the same place. */
  write(ref: string, text: string): Promise<void>;
  /** What was written there last. */
  read(ref: string): Promise<string>;
}

export interface TestHost {
  host: DriverHost;
  /** A driver without memory of what others did: as after a restart, or in another process. */
  connect(): Driver;
}

/** A hypervisor; or why there is none on this machine, and its tests are skipped. */
export type StartHypervisor = () => Promise<TestHypervisor | { missing: string }>;
