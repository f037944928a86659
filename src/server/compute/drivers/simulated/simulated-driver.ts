import { randomUUID } from "node:crypto";
import type { Capability, Driver, DriverHost, VmHardware, VmSize } from "../driver.ts";
import { DriverError } from "../errors.ts";
import { storedBackup } from "./backup-files.ts";
import { existing, simulatedBackups } from "./backups.ts";
import { type DiskContent, guestAnswers, type Machine, observe } from "./machine.ts";
import { simulatedMigration } from "./migration.ts";
import { openSimulatedScreen } from "./screen/screens.ts";
import { serialOutput } from "./serial-port.ts";
import { openSimulatedHost, type SimulatedHost } from "./simulated-host.ts";
import { simulatedSnapshots } from "./snapshots.ts";
import { UNINTERRUPTIBLE } from "./task.ts";
import { usageAt, usageBetween } from "./usage.ts";

const EVERYTHING: ReadonlySet<Capability> = new Set(["suspension", "resizing", "passwords", "snapshots", "backups", "migration", "console", "serial-log", "history"]);
const VERSION = "1.0";
const REBOOT_TIMEOUT_MS = 30_000;

/**
 * A hypervisor that lives in files: it outlasts the process, is shared by processes, and takes the time of a real one divided by `speed`. Its time is the
 * computer's own: it plays a part of the outside world.
 */
export function createSimulatedDriver(settings: { folder: string; speed: number }, host: DriverHost): Driver {
  const state = openSimulatedHost(settings, host);
  const { look, all, read, bring, there } = state;

  const driver: Driver = {
    supports: EVERYTHING,
    probe: (call) => read("probe", null, call, () => probeOf(state)),
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
    usageHistory: (ref, from, to, call) => read("usageHistory", ref, call, () => usageBetween(there(look(ref).machine, ref), from.getTime(), Math.min(to.getTime(), Date.now()))),
    readSerial: (ref, offset, limit, call) => read("readSerial", ref, call, () => serialOutput(there(look(ref).machine, ref), Date.now(), offset, limit)),

    create: (ref, hardware, call) =>
      bring("create", ref, call, (machine) => {
        if (machine && !sameSize(machine.hardware, hardware)) throw new DriverError("refused", `${host.name} has another VM named ${ref}`);
        if (machine) return machine.task?.kind === "create" ? { begin: { kind: "create" } } : "reached";
        return { begin: { kind: "create" }, hardware, ...fromBackup(hardware) };
      }),
    configure: (ref, guest, call) =>
      bring("configure", ref, call, (machine) => (JSON.stringify(there(machine, ref).guest) === JSON.stringify(guest) ? "reached" : { begin: { kind: "configure", guest } })),
    destroy: (ref, call) => bring("destroy", ref, call, (machine) => (machine ? { begin: { kind: "destroy" }, override: true } : "reached")),
    resize: (ref, size, call) =>
      bring("resize", ref, call, (machine) => {
        const { power, task, hardware } = there(machine, ref);
        if (task) return { begin: { kind: "resize" } };
        if (sameSize(hardware, size)) return "reached";
        if (power !== "stopped") throw new DriverError("refused", "the VM is not stopped");
        if (size.storageGb < hardware.storageGb) throw new DriverError("refused", "a disk cannot become smaller");
        state.fit(size, all().filter((other) => other.ref !== ref));
        return { begin: { kind: "resize", size: { vcpu: size.vcpu, memoryMb: size.memoryMb, storageGb: size.storageGb } } };
      }),
    setPassword: (ref, login, call) =>
      bring("setPassword", ref, call, (machine) => {
        const vm = there(machine, ref);
        if (vm.task) return { begin: { kind: "setPassword" } };
        if (!guestAnswers(vm, Date.now())) throw new DriverError("refused", "no agent answers in the guest");
        return vm.passwords[login.user] === login.passwordHash ? "reached" : { begin: { kind: "setPassword", login } };
      }),

    start: (ref, call) =>
      bring("start", ref, call, (machine) => {
        const { power, task } = there(machine, ref);
        if (power === "running" && !task) return "reached";
        return { begin: { kind: power === "suspended" ? "resume" : "start" } };
      }),
    stop: (ref, how, call) =>
      bring(
        "stop",
        ref,
        call,
        (machine) => {
          const { power, task } = there(machine, ref);
          if (power === "stopped" && !task) return "reached";
          if (how.mode === "forced") return { begin: { kind: "powerOff" }, override: !task || !UNINTERRUPTIBLE.has(task.kind) };
          if (power === "suspended" && !task) throw new DriverError("refused", "the guest is suspended and cannot react");
          return { begin: { kind: "shutdown" }, patienceMs: how.timeoutMs };
        },
        how.mode === "graceful" ? how.timeoutMs : undefined,
      ),
    reset: (ref, call) =>
      bring("reset", ref, call, (machine) => {
        const { power, lastResetKey, task } = there(machine, ref);
        if (lastResetKey === call.key && !task) return "reached";
        if (power !== "running" && !task) throw new DriverError("refused", "the VM does not run");
        return { begin: { kind: "reset" } };
      }),
    suspend: (ref, call) =>
      bring("suspend", ref, call, (machine) => {
        const { power, task } = there(machine, ref);
        if (power === "stopped" && !task) throw new DriverError("refused", "the VM does not run");
        return power === "suspended" && !task ? "reached" : { begin: { kind: "suspend" } };
      }),
    resume: (ref, call) =>
      bring("resume", ref, call, (machine) => {
        const { power, task } = there(machine, ref);
        if (power === "stopped" && !task) throw new DriverError("refused", "the VM is not suspended");
        return power === "running" && !task ? "reached" : { begin: { kind: "resume" } };
      }),

    ...simulatedSnapshots(state),
    ...simulatedBackups(state, host.name, settings.speed),
    migrate: simulatedMigration(settings, host, state),
    // A reboot from inside is a reset from outside.
    openConsole: (ref, call) => read("openConsole", ref, call, () => openSimulatedScreen(state, ref, () => driver.reset(ref, { key: randomUUID(), signal: AbortSignal.timeout(REBOOT_TIMEOUT_MS) }))),
  };
  return driver;

  function fromBackup(hardware: VmHardware): { disk?: DiskContent } {
    if (hardware.backup === null) return {};
    const { disk, storageGb } = existing(storedBackup(state.folder, hardware.backup), host.name, hardware.backup);
    if (storageGb > hardware.storageGb) throw new DriverError("refused", "the backup is of a larger disk");
    return { disk };
  }
}

function sameSize(one: VmSize, other: VmSize): boolean {
  return one.vcpu === other.vcpu && one.memoryMb === other.memoryMb && one.storageGb === other.storageGb;
}

/** Memory and disk of all its VMs are set aside, as `create` counts them. */
function probeOf({ capacity, all }: SimulatedHost): Awaited<ReturnType<Driver["probe"]>> {
  const machines = all();
  const used = (pick: (machine: Machine) => number): number => machines.reduce((total, machine) => total + pick(machine), 0);
  const now = Date.now();
  const load = used((vm) => (vm.power === "running" ? (usageAt(vm, now).cpuPercent * vm.hardware.vcpu) / capacity.vcpu : 0));
  return {
    version: VERSION,
    hypervisor: "simulated",
    ...capacity,
    memoryFreeMb: Math.max(0, capacity.memoryMb - used((vm) => vm.hardware.memoryMb)),
    storageFreeGb: Math.max(0, capacity.storageGb - used((vm) => vm.hardware.storageGb)),
    storages: [],
    cpuPercent: Math.min(100, Math.round(load * 10) / 10),
    tlsFingerprint: null,
    warnings: [],
  };
}
