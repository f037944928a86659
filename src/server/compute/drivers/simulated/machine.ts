import { createHash } from "node:crypto";
import type { GuestConfiguration, VmHardware, VmObservation } from "../driver.ts";
import type { SerialPort } from "./serial-port.ts";
import type { Task } from "./task.ts";

/** What is on a VM's disk, besides the system of its image. */
export interface DiskContent {
  /** what its users left there, by name */
  files: Record<string, string>;
  /** user → SHA-512-crypt, of those whose password was changed after the first start */
  passwords: Record<string, string>;
}

/** A simulated VM. Its tasks end by themselves: the state at any time follows from the file and the time, whoever looks. */
export interface Machine extends DiskContent {
  ref: string;
  exists: boolean;
  power: "running" | "stopped" | "suspended";
  hardware: VmHardware;
  guest: GuestConfiguration | null;
  mac: string;
  privateIp: string;
  /** ms since 1970, as all times here */
  bootedAt: number | null;
  /** when the guest reports its address */
  addressAt: number | null;
  /** oldest first */
  snapshots: MachineSnapshot[];
  serial: SerialPort;
  lastResetKey: string | null;
  lastRestoreKey: string | null;
  /** It is on its way from this other host, and here from when the migration there has ended. */
  incomingFrom: string | null;
  task: Task | null;
}

export interface MachineSnapshot extends DiskContent {
  name: string;
  takenAt: number;
  sizeMb: number;
  power: Machine["power"];
  guest: GuestConfiguration | null;
  /** ms the guest had been up; null: it was off */
  upMs: number | null;
}

/** A VM whose creation is about to begin. Its addresses follow from its name; `taken` are those in use on the host. */
export function blankMachine(ref: string, hostName: string, hardware: VmHardware, taken: ReadonlySet<string>): Machine {
  const digest = createHash("sha256").update(ref).digest();
  const network = createHash("sha256").update(hostName).digest().readUInt8(0);
  let number = digest.readUInt16BE(0);
  const address = (): string => `10.${network}.${(number >> 8) & 255}.${number & 255}`;
  while (taken.has(address()) || (number & 255) === 0 || (number & 255) === 255) number = (number + 1) & 0xffff;
  const mac = ["52", "54", "00", ...[2, 3, 4].map((at) => digest.readUInt8(at).toString(16).padStart(2, "0"))].join(":");
  return completed({ ref, exists: true, power: "stopped", hardware, guest: null, mac, privateIp: address(), bootedAt: null, addressAt: null, lastResetKey: null, task: null });
}

/** With what files of earlier versions lack. */
export function completed(state: Partial<Machine> & Omit<Machine, "files" | "passwords" | "snapshots" | "serial" | "lastRestoreKey" | "incomingFrom">): Machine {
  const { files = {}, passwords = {}, serial = { dropped: 0, parts: [] }, lastRestoreKey = null, incomingFrom = null } = state;
  const snapshots = (state.snapshots ?? []).map((snapshot) => ({ ...snapshot, files: snapshot.files ?? {} }));
  const guest = state.guest && { ...state.guest, addresses: state.guest.addresses ?? [] };
  return { ...state, files, passwords, snapshots, serial, lastRestoreKey, incomingFrom, guest };
}

/** Whether its guest has come up: it reports its address, and its agent answers. */
export function guestAnswers(machine: Machine, now: number): boolean {
  return machine.power === "running" && machine.addressAt !== null && now >= machine.addressAt;
}

/** What the driver tells about a settled VM. */
export function observe(machine: Machine, now: number): VmObservation {
  const reported = machine.power !== "stopped" && machine.addressAt !== null && now >= machine.addressAt;
  return {
    ref: machine.ref,
    name: machine.guest?.hostname ?? machine.ref,
    power: machine.power,
    busy: machine.task?.kind ?? null,
    privateIp: reported ? addressOf(machine) : null,
    mac: machine.mac,
    vcpu: machine.hardware.vcpu,
    memoryMb: machine.hardware.memoryMb,
    storageGb: machine.hardware.storageGb,
  };
}

/** The address that cloud-init was told, or that of the host's own network. */
export function addressOf(machine: Machine): string {
  return machine.guest?.addresses.find(({ address }) => !address.includes(":"))?.address ?? machine.privateIp;
}
