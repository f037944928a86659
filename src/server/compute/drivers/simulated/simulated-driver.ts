import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { CallOptions, Driver, DriverHost, GuestConfiguration, VmHardware } from "../driver.ts";
import { DriverError } from "../errors.ts";
import { type Fault, takeFault } from "./faults.ts";
import { ADDRESS_MS, blankMachine, type Machine, observe, settled, TASK_MS, type TaskKind } from "./machine.ts";
import { listStates, readState, writeState } from "./state-files.ts";
import { usageAt } from "./usage.ts";

/** The most that a waiting call sleeps before it looks again. */
const LOOK_MS = 200;

/** What a call wants of a VM, decided anew at each look. */
type Decision = "reached" | { begin: TaskKind; hardware?: VmHardware; guest?: GuestConfiguration; override?: boolean; patienceMs?: number };

/** Folder of a simulated host's state. */
export function simulatedHostFolder(dataDir: string, hostName: string): string {
  return join(dataDir, "simulated", encodeURIComponent(hostName));
}

/**
 * A hypervisor that lives in files: it outlasts the process, is shared by processes, and takes the time of a real one divided by `speed`. Its time is the
 * computer's own: it plays a part of the outside world.
 */
export function createSimulatedDriver(settings: { folder: string; speed: number }, host: DriverHost): Driver {
  const folder = simulatedHostFolder(settings.folder, host.name);
  const folderOf = (ref: string): string => join(folder, ref);

  const look = (ref: string): { version: number; machine: Machine | null } => {
    const found = readState<Machine>(folderOf(ref));
    if (!found) return { version: 0, machine: null };
    const machine = settled(found.state, Date.now());
    return { version: found.version, machine: machine.exists ? machine : null };
  };
  const all = (): Machine[] =>
    listStates(folder)
      .filter((name) => name.startsWith("sy-"))
      .flatMap((ref) => look(ref).machine ?? []);

  /** Starts the task if nobody else changed the VM meanwhile. */
  const begin = (version: number, machine: Machine, decision: Exclude<Decision, "reached">, key: string, fault: Fault | null): boolean => {
    const usual = TASK_MS[decision.begin];
    const patience = decision.patienceMs ?? usual;
    const futile = fault?.mode === "ignored" || patience < usual;
    const lasts = futile ? patience : usual;
    const task = { kind: decision.begin, key, finishAt: Date.now() + lasts / settings.speed, futile, guest: decision.guest ?? null, addressDelay: ADDRESS_MS / settings.speed };
    return writeState(folderOf(machine.ref), version, { ...machine, task });
  };

  /** Brings a VM where `decide` wants it, waiting for tasks under way. */
  const bring = async (operation: keyof Driver, ref: string, call: CallOptions, decide: (machine: Machine | null) => Decision, giveUpAfterMs = Number.POSITIVE_INFINITY): Promise<void> => {
    const fault = takeFault(folder, operation, ref);
    failBefore(fault, host);
    const giveUpAt = Date.now() + giveUpAfterMs / settings.speed;
    for (;;) {
      call.signal.throwIfAborted();
      const { version, machine } = look(ref);
      const decision = decide(machine);
      if (decision === "reached") break;
      if (Date.now() >= giveUpAt && !machine?.task) throw new DriverError("refused", "the guest did not react");
      const task = machine?.task ?? null;
      if (task && !(decision.override && task.kind !== decision.begin && task.kind !== "create" && task.kind !== "destroy")) {
        await sleep(Math.max(1, Math.min(LOOK_MS, task.finishAt - Date.now())), undefined, { signal: call.signal });
        continue;
      }
      const begun = begin(version, machine ?? blankFor(ref, decision.hardware), decision, call.key, fault);
      if (begun) await interrupt(fault, call.signal, ["midway", "hang"]);
    }
    await interrupt(fault, call.signal, ["midway", "after", "hang"]);
  };

  const blankFor = (ref: string, hardware: VmHardware | undefined): Machine => {
    if (!hardware) throw new DriverError("not_found", `${host.name} has no ${ref}`);
    const others = all();
    const sum = (pick: (machine: Machine) => number): number => others.reduce((total, machine) => total + pick(machine), 0);
    if (sum((vm) => vm.hardware.memoryMb) + hardware.memoryMb > host.memoryMb || sum((vm) => vm.hardware.storageGb) + hardware.storageGb > host.storageGb) {
      throw new DriverError("refused", `${host.name} has no room for this VM`);
    }
    return blankMachine(ref, host.name, hardware, new Set(others.map((machine) => machine.privateIp)));
  };
  const there = (machine: Machine | null, ref: string): Machine => {
    if (!machine) throw new DriverError("not_found", `${host.name} has no ${ref}`);
    return machine;
  };
  const read = async <T>(operation: keyof Driver, ref: string | null, call: CallOptions, work: () => T): Promise<T> => {
    const fault = takeFault(folder, operation, ref);
    failBefore(fault, host);
    await interrupt(fault, call.signal, ["midway", "after", "hang"]);
    call.signal.throwIfAborted();
    return work();
  };

  return {
    inspect: (ref, call) =>
      read("inspect", ref, call, () => {
        const { machine } = look(ref);
        return machine && observe(machine, Date.now());
      }),
    list: (call) => read("list", null, call, () => all().map((machine) => observe(machine, Date.now()))),
    usage: (refs, call) =>
      read("usage", null, call, () => refs.flatMap((ref) => {
        const { machine } = look(ref);
        return machine?.power === "running" ? [usageAt(machine, Date.now())] : [];
      })),

    create: (ref, hardware, call) =>
      bring("create", ref, call, (machine) => {
        if (machine && JSON.stringify(machine.hardware) !== JSON.stringify(hardware)) throw new DriverError("refused", `${host.name} has another VM named ${ref}`);
        return machine && machine.task?.kind !== "create" ? "reached" : { begin: "create", hardware };
      }),
    configure: (ref, guest, call) =>
      bring("configure", ref, call, (machine) => (JSON.stringify(there(machine, ref).guest) === JSON.stringify(guest) ? "reached" : { begin: "configure", guest })),
    destroy: (ref, call) => bring("destroy", ref, call, (machine) => (machine ? { begin: "destroy", override: true } : "reached")),

    start: (ref, call) =>
      bring("start", ref, call, (machine) => {
        const { power, task } = there(machine, ref);
        if (power === "running" && !task) return "reached";
        return { begin: power === "suspended" ? "resume" : "start" };
      }),
    stop: (ref, how, call) =>
      bring(
        "stop",
        ref,
        call,
        (machine) => {
          const { power, task } = there(machine, ref);
          if (power === "stopped" && !task) return "reached";
          if (how.mode === "forced") return { begin: "powerOff", override: true };
          if (power === "suspended" && !task) throw new DriverError("refused", "the guest is suspended and cannot react");
          return { begin: "shutdown", patienceMs: how.timeoutMs };
        },
        how.mode === "graceful" ? how.timeoutMs : undefined,
      ),
    reset: (ref, call) =>
      bring("reset", ref, call, (machine) => {
        const { power, lastResetKey, task } = there(machine, ref);
        if (lastResetKey === call.key && !task) return "reached";
        if (power !== "running" && !task) throw new DriverError("refused", "the VM does not run");
        return { begin: "reset" };
      }),
    suspend: (ref, call) =>
      bring("suspend", ref, call, (machine) => {
        const { power, task } = there(machine, ref);
        if (power === "stopped" && !task) throw new DriverError("refused", "the VM does not run");
        return power === "suspended" && !task ? "reached" : { begin: "suspend" };
      }),
    resume: (ref, call) =>
      bring("resume", ref, call, (machine) => {
        const { power, task } = there(machine, ref);
        if (power === "stopped" && !task) throw new DriverError("refused", "the VM is not suspended");
        return power === "running" && !task ? "reached" : { begin: "resume" };
      }),
  };
}

function failBefore(fault: Fault | null, host: DriverHost): void {
  if (fault?.mode === "before") throw new DriverError(fault.failure ?? "unavailable", `${host.name} was told to fail`);
}

async function interrupt(fault: Fault | null, signal: AbortSignal, modes: readonly Fault["mode"][]): Promise<void> {
  if (!fault || !modes.includes(fault.mode)) return;
  if (fault.mode === "hang") {
    await new Promise<never>((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true }));
  }
  throw new DriverError("unknown", "the connection was lost before the answer came");
}
