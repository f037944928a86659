import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { CallOptions, Driver, DriverHost, VmHardware } from "../driver.ts";
import { DriverError } from "../errors.ts";
import { type Fault, failBefore, interrupt, takeFault } from "./faults.ts";
import { keepFinishedBackup } from "./backup-files.ts";
import { blankMachine, completed, type DiskContent, type Machine } from "./machine.ts";
import { listStates, readState, writeState } from "./state-files.ts";
import { ADDRESS_MS, settled, TASK_MS, type TaskParameters } from "./task.ts";

/** The most that a waiting call sleeps before it looks again. */
const LOOK_MS = 200;
/** What a host has whose row does not say it yet: it was just added. */
const USUAL_HOST = { vcpu: 32, memoryMb: 128 * 1024, storageGb: 2_000 };

/** What a call wants of a VM, decided anew at each look. `override`: it ends the task that has the VM; `disk`: what a new one begins with. */
export type Decision = "reached" | { begin: TaskParameters; hardware?: VmHardware; disk?: DiskContent; override?: boolean; usualMs?: number; patienceMs?: number };

export interface SimulatedHost {
  folder: string;
  capacity: { vcpu: number; memoryMb: number; storageGb: number };
  look(ref: string): { version: number; machine: Machine | null };
  all(): Machine[];
  /** Writes what follows `version`; false when another process was quicker. */
  write(machine: Machine, version: number): boolean;
  /** @throws DriverError refused when a VM of this size has no room beside the others */
  fit(size: { memoryMb: number; storageGb: number }, others: readonly Machine[]): void;
  /** Answers from the present state. */
  read<T>(operation: keyof Driver, ref: string | null, call: CallOptions, work: () => T): Promise<T>;
  /** Changes what no VM's task is about. */
  change(operation: keyof Driver, ref: string | null, call: CallOptions, work: () => Promise<void>): Promise<void>;
  /** Brings a VM where `decide` wants it, waiting for tasks under way. @throws DriverError refused when the guest has not reacted `giveUpAfterMs` later */
  bring(operation: keyof Driver, ref: string, call: CallOptions, decide: (machine: Machine | null, version: number) => Decision, giveUpAfterMs?: number): Promise<void>;
  /** @throws DriverError not_found */
  there(machine: Machine | null, ref: string): Machine;
}

/** Folder of a simulated host's state. */
export function simulatedHostFolder(dataDir: string, hostName: string): string {
  return join(dataDir, "simulated", encodeURIComponent(hostName));
}

/** The state of a simulated host's VMs, shared with every process that opens it. */
export function openSimulatedHost(settings: { folder: string; speed: number }, host: DriverHost): SimulatedHost {
  const folder = simulatedHostFolder(settings.folder, host.name);
  const folderOf = (ref: string): string => join(folder, ref);
  const capacity = { vcpu: host.vcpu || USUAL_HOST.vcpu, memoryMb: host.memoryMb || USUAL_HOST.memoryMb, storageGb: host.storageGb || USUAL_HOST.storageGb };

  const look: SimulatedHost["look"] = (ref) => {
    if (!isName(ref)) return { version: 0, machine: null };
    const found = readState<Machine>(folderOf(ref));
    if (!found) return { version: 0, machine: null };
    const state = completed(found.state);
    keepFinishedBackup(folder, state, Date.now());
    const machine = state.incomingFrom !== null ? arrived(state.ref, simulatedHostFolder(settings.folder, state.incomingFrom), host.name) : settled(state, Date.now());
    return { version: found.version, machine: machine?.exists ? machine : null };
  };
  const all = (): Machine[] =>
    listStates(folder)
      .filter(isName)
      .flatMap((ref) => look(ref).machine ?? []);
  const write: SimulatedHost["write"] = (machine, version) => writeState(folderOf(machine.ref), version, machine);

  const fit: SimulatedHost["fit"] = (size, others) => {
    const sum = (pick: (machine: Machine) => number): number => others.reduce((total, machine) => total + pick(machine), 0);
    if (sum((vm) => vm.hardware.memoryMb) + size.memoryMb > capacity.memoryMb || sum((vm) => vm.hardware.storageGb) + size.storageGb > capacity.storageGb) {
      throw new DriverError("refused", `${host.name} has no room for this VM`);
    }
  };
  const blankFor = (ref: string, hardware: VmHardware | undefined): Machine => {
    if (!hardware || !isName(ref)) throw new DriverError("not_found", `${host.name} has no ${ref}`);
    const others = all();
    fit(hardware, others);
    return blankMachine(ref, host.name, hardware, new Set(others.map((machine) => machine.privateIp)));
  };

  /** Starts the task if nobody else changed the VM meanwhile. */
  const begin = (version: number, machine: Machine, decision: Exclude<Decision, "reached">, key: string, fault: Fault | null): boolean => {
    const usual = decision.usualMs ?? TASK_MS[decision.begin.kind];
    const patience = decision.patienceMs ?? usual;
    const futile = fault?.mode === "ignored" || patience < usual;
    const now = Date.now();
    const lasts = (futile ? patience : usual) / settings.speed;
    return write({ ...machine, task: { ...decision.begin, key, beganAt: now, finishAt: now + lasts, futile, addressDelay: ADDRESS_MS / settings.speed } }, version);
  };

  const bring: SimulatedHost["bring"] = async (operation, ref, call, decide, giveUpAfterMs = Number.POSITIVE_INFINITY) => {
    const fault = takeFault(folder, operation, ref);
    failBefore(fault, host.name);
    const giveUpAt = Date.now() + giveUpAfterMs / settings.speed;
    for (;;) {
      call.signal.throwIfAborted();
      const { version, machine } = look(ref);
      const decision = decide(machine, version);
      if (decision === "reached") break;
      if (Date.now() >= giveUpAt && !machine?.task) throw new DriverError("refused", "the guest did not react");
      const task = machine?.task ?? null;
      if (task && !(decision.override && task.kind !== decision.begin.kind && task.kind !== "create" && task.kind !== "destroy")) {
        call.report?.({ percent: Math.floor((99 * (Date.now() - task.beganAt)) / (task.finishAt - task.beganAt || 1)), message: null });
        await sleep(Math.max(1, Math.min(LOOK_MS, task.finishAt - Date.now())), undefined, { signal: call.signal });
        continue;
      }
      const begun = begin(version, machine ?? { ...blankFor(ref, decision.hardware), ...decision.disk }, decision, call.key, fault);
      if (!begun) continue;
      call.report?.({ percent: 0, message: `${decision.begin.kind} of ${ref} on ${host.name} began` });
      await interrupt(fault, call.signal, ["midway", "hang"]);
    }
    call.report?.({ percent: 100, message: null });
    await interrupt(fault, call.signal, ["midway", "after", "hang"]);
  };

  return {
    folder,
    capacity,
    look,
    all,
    write,
    fit,
    bring,
    async read(operation, ref, call, work) {
      const fault = takeFault(folder, operation, ref);
      failBefore(fault, host.name);
      await interrupt(fault, call.signal, ["midway", "after", "hang"]);
      call.signal.throwIfAborted();
      return work();
    },
    async change(operation, ref, call, work) {
      const fault = takeFault(folder, operation, ref);
      failBefore(fault, host.name);
      call.signal.throwIfAborted();
      await work();
      await interrupt(fault, call.signal, ["midway", "after", "hang"]);
    },
    there(machine, ref) {
      if (!machine) throw new DriverError("not_found", `${host.name} has no ${ref}`);
      return machine;
    },
  };
}

/** A VM's name is its folder's: never a way out of it, never one of our own. */
function isName(ref: string): boolean {
  return !ref.startsWith(".") && !ref.includes("/") && !ref.includes("\0");
}

/** A VM on its way is here from when the migration of the host it comes from has ended, as that host's file says; null before, and when it was broken off. */
function arrived(ref: string, fromFolder: string, hereName: string): Machine | null {
  const source = readState<Machine>(join(fromFolder, ref))?.state;
  if (source?.task?.kind !== "migrate" || source.task.to !== hereName || Date.now() < source.task.finishAt) return null;
  return { ...completed(source), task: null, incomingFrom: null };
}
