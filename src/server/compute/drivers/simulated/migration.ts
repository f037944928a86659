import type { Driver, DriverHost } from "../driver.ts";
import { DriverError } from "../errors.ts";
import { openSimulatedHost, type SimulatedHost } from "./simulated-host.ts";
import { TASK_MS } from "./task.ts";

/**
 * A migration is decided by one file: the task in the source's. The target gets a file first that only points there; when the task has ended the VM is gone
 * here and there in the same moment, whoever looks. So a process that is killed at any place leaves the VM on exactly one host.
 */
export function simulatedMigration(settings: { folder: string; speed: number }, host: DriverHost, source: SimulatedHost): Driver["migrate"] {
  return async (ref, targetHost, how, call) => {
    const target = openSimulatedHost(settings, targetHost);
    await source.bring("migrate", ref, call, (machine) => {
      if (targetHost.name === host.name) {
        source.there(machine, ref);
        return "reached";
      }
      if (!machine) {
        settle(target, ref, source);
        return "reached";
      }
      // Whatever has the VM ends first, then everything is looked at again.
      if (machine.task) return { begin: { kind: "migrate" } };
      if (machine.power !== "stopped" && !how.live) throw new DriverError("refused", "the VM runs, and this migration is of a stopped one");
      const there = target.look(ref);
      if (there.machine) throw new DriverError("refused", `${targetHost.name} has another VM named ${ref}`);
      target.fit(machine.hardware, target.all());
      target.write({ ...machine, incomingFrom: host.name }, there.version);
      const copyMs = machine.power === "stopped" || how.bandwidthMbps === null ? 0 : (machine.hardware.memoryMb * 8 * 1_000) / how.bandwidthMbps;
      return { begin: { kind: "migrate", to: targetHost.name }, usualMs: Math.max(TASK_MS.migrate, copyMs) };
    });
  };
}

/** Makes the target's file stand alone. @throws DriverError not_found when the VM is on neither host */
function settle(target: SimulatedHost, ref: string, source: SimulatedHost): void {
  const { version, machine } = target.look(ref);
  source.there(machine, ref);
  if (machine) target.write(machine, version);
}
