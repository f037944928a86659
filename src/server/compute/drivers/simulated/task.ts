import type { GuestConfiguration, VmSize } from "../driver.ts";
import { diskSizeMb } from "./backup-files.ts";
import type { DiskContent, Machine, MachineSnapshot } from "./machine.ts";
import { silent, speaking } from "./serial-port.ts";

/** What a simulated hypervisor is doing to a VM. It ends at `finishAt`, whether anybody looks or not. */
export interface Task extends TaskParameters {
  key: string;
  beganAt: number;
  finishAt: number;
  /** The task ends without its effect: a guest that ignores the button. */
  futile: boolean;
  /** ms from boot to the guest's address */
  addressDelay: number;
}

export interface TaskParameters {
  kind: TaskKind;
  guest?: GuestConfiguration;
  size?: VmSize;
  login?: { user: string; passwordHash: string };
  snapshot?: string;
  backup?: string;
  /** of a backup that is restored */
  disk?: DiskContent;
  /** of a migration: the other host's name */
  to?: string;
}

export type TaskKind =
  | "create"
  | "configure"
  | "start"
  | "shutdown"
  | "powerOff"
  | "reset"
  | "suspend"
  | "resume"
  | "destroy"
  | "resize"
  | "setPassword"
  | "takeSnapshot"
  | "restoreSnapshot"
  | "deleteSnapshot"
  | "takeBackup"
  | "restoreBackup"
  | "migrate";

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
  resize: 2_000,
  setPassword: 600,
  takeSnapshot: 3_000,
  restoreSnapshot: 3_000,
  deleteSnapshot: 1_500,
  takeBackup: 4_000,
  restoreBackup: 3_000,
  migrate: 6_000,
};
export const ADDRESS_MS = 3_000;

/** The disk would be left half-way: cutting the power waits for these. */
export const UNINTERRUPTIBLE: ReadonlySet<TaskKind> = new Set(["create", "destroy", "configure", "resize", "restoreSnapshot", "deleteSnapshot", "restoreBackup"]);

/** The state at `now`. */
export function settled(machine: Machine, now: number): Machine {
  const { task } = machine;
  if (!task || now < task.finishAt) return machine;
  const idle = { ...machine, task: null };
  return task.futile ? idle : effectOf(idle, task);
}

function effectOf(idle: Machine, task: Task): Machine {
  const booted = { power: "running", bootedAt: task.finishAt, addressAt: task.finishAt + task.addressDelay } as const;
  const off = { power: "stopped", bootedAt: null, addressAt: null } as const;
  switch (task.kind) {
    case "create":
    // Its copy is put aside before this (backup-files.ts).
    case "takeBackup":
      return idle;
    case "configure":
      return { ...idle, guest: task.guest ?? null, passwords: {} };
    case "start":
      return speaking({ ...idle, ...booted }, task.finishAt);
    case "reset":
      return speaking({ ...silent(idle, task.finishAt), ...booted, lastResetKey: task.key }, task.finishAt);
    case "resume":
      return speaking({ ...idle, power: "running" }, task.finishAt);
    case "suspend":
      return { ...silent(idle, task.finishAt), power: "suspended" };
    case "shutdown":
      return { ...silent(idle, task.finishAt, true), ...off };
    case "powerOff":
      return { ...silent(idle, task.finishAt), ...off };
    case "resize":
      return { ...idle, hardware: { ...idle.hardware, ...task.size } };
    case "setPassword":
      return task.login ? { ...idle, passwords: { ...idle.passwords, [task.login.user]: task.login.passwordHash } } : idle;
    case "takeSnapshot":
      return { ...idle, snapshots: [...idle.snapshots, snapshotOf(idle, task)] };
    case "restoreSnapshot":
      return restored(idle, task);
    case "deleteSnapshot":
      return { ...idle, snapshots: idle.snapshots.filter(({ name }) => name !== task.snapshot) };
    case "restoreBackup":
      return { ...idle, ...task.disk, snapshots: [], lastRestoreKey: task.key };
    case "destroy":
    // The other host has it from the same moment on (migration.ts).
    case "migrate":
      return { ...idle, ...off, exists: false };
  }
}

function snapshotOf(machine: Machine, task: Task): MachineSnapshot {
  const { power, guest, files, passwords, bootedAt } = machine;
  return {
    name: task.snapshot ?? "",
    takenAt: task.finishAt,
    sizeMb: diskSizeMb(machine.hardware.storageGb) + (power === "stopped" ? 0 : Math.round(machine.hardware.memoryMb * 0.4)),
    power,
    guest,
    files,
    passwords,
    upMs: bootedAt === null ? null : task.finishAt - bootedAt,
  };
}

/** Its disk and memory as they were then; it keeps the size that it has now. */
function restored(machine: Machine, task: Task): Machine {
  const found = machine.snapshots.find(({ name }) => name === task.snapshot);
  if (!found) return machine;
  const { power, guest, files, passwords, upMs } = found;
  const at = upMs === null ? null : task.finishAt;
  const then = { ...silent(machine, task.finishAt), power, guest, files, passwords, bootedAt: at === null ? null : at - (upMs ?? 0), addressAt: at, lastRestoreKey: task.key };
  return power === "running" ? speaking(then, task.finishAt) : then;
}
