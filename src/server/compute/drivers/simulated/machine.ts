import { createHash } from "node:crypto";
import type { GuestConfiguration, VmHardware, VmObservation } from "../driver.ts";

/** A simulated VM. Its tasks end by themselves: the state at any time follows from the file and the time, whoever looks. */
export interface Machine {
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
  lastResetKey: string | null;
  task: Task | null;
}

export type TaskKind = "create" | "configure" | "start" | "shutdown" | "powerOff" | "reset" | "suspend" | "resume" | "destroy";

export interface Task {
  kind: TaskKind;
  key: string;
  finishAt: number;
  /** The task ends without its effect: a guest that ignores the button. */
  futile: boolean;
  guest: GuestConfiguration | null;
  /** ms from boot to the guest's address */
  addressDelay: number;
}

/** How long a task takes on a real hypervisor with fast disks. */
export const TASK_MS: Record<TaskKind, number> = {
  create: 5_000,
  configure: 1_000,
  start: 2_000,
  shutdown: 4_000,
  powerOff: 800,
  reset: 1_200,
  suspend: 1_500,
  resume: 1_000,
  destroy: 2_500,
};
export const ADDRESS_MS = 3_000;

/** The state at `now`. */
export function settled(machine: Machine, now: number): Machine {
  const { task } = machine;
  if (!task || now < task.finishAt) return machine;
  const idle = { ...machine, task: null };
  if (task.futile) return idle;
  const booted = { power: "running", bootedAt: task.finishAt, addressAt: task.finishAt + task.addressDelay } as const;
  const off = { power: "stopped", bootedAt: null, addressAt: null } as const;
  switch (task.kind) {
    case "create":
      return idle;
    case "configure":
      return { ...idle, guest: task.guest };
    case "start":
      return { ...idle, ...booted };
    case "reset":
      return { ...idle, ...booted, lastResetKey: task.key };
    case "resume":
      return { ...idle, power: "running" };
    case "suspend":
      return { ...idle, power: "suspended" };
    case "shutdown":
    case "powerOff":
      return { ...idle, ...off };
    case "destroy":
      return { ...idle, ...off, exists: false };
  }
}

/** A VM whose creation is about to begin. Its addresses follow from its name; `taken` are those in use on the host. */
export function blankMachine(ref: string, hostName: string, hardware: VmHardware, taken: ReadonlySet<string>): Machine {
  const digest = createHash("sha256").update(ref).digest();
  const network = createHash("sha256").update(hostName).digest().readUInt8(0);
  let number = digest.readUInt16BE(0);
  const address = (): string => `10.${network}.${(number >> 8) & 255}.${number & 255}`;
  while (taken.has(address()) || (number & 255) === 0 || (number & 255) === 255) number = (number + 1) & 0xffff;
  const mac = ["52", "54", "00", ...[2, 3, 4].map((at) => digest.readUInt8(at).toString(16).padStart(2, "0"))].join(":");
  return { ref, exists: true, power: "stopped", hardware, guest: null, mac, privateIp: address(), bootedAt: null, addressAt: null, lastResetKey: null, task: null };
}

/** What the driver tells about a settled VM. */
export function observe(machine: Machine, now: number): VmObservation {
  const reported = machine.power !== "stopped" && machine.addressAt !== null && now >= machine.addressAt;
  return { ref: machine.ref, power: machine.power, busy: machine.task?.kind ?? null, privateIp: reported ? machine.privateIp : null, mac: machine.mac };
}
