import { setTimeout as sleep } from "node:timers/promises";
import type { Driver } from "../driver.ts";
import { DriverError } from "../errors.ts";
import { removeBackup, type StoredBackup, storedBackup, storedBackups } from "./backup-files.ts";
import type { SimulatedHost } from "./simulated-host.ts";
import { TASK_MS } from "./task.ts";

type Backups = Pick<Driver, "takeBackup" | "listBackups" | "restoreBackup" | "deleteBackup">;

const DELETE_MS = 1_500;
/** What copying a gigabyte takes, in either direction. */
const COPY_MS_PER_GB = 60;

/** Backups lie beside the host's VMs (backup-files.ts). */
export function simulatedBackups(host: SimulatedHost, hostName: string, speed: number): Backups {
  const { folder, look, all, write, bring, change, read, there } = host;
  return {
    async takeBackup(ref, name, call) {
      await bring("takeBackup", ref, call, (machine) => {
        if (storedBackup(folder, name)) return "reached";
        const { hardware } = there(machine, ref);
        return { begin: { kind: "takeBackup", backup: name }, usualMs: TASK_MS.takeBackup + hardware.storageGb * COPY_MS_PER_GB };
      });
      return observationOf(existing(storedBackup(folder, name), hostName, name));
    },
    listBackups: (call) =>
      read("listBackups", null, call, () => {
        // Looking at VMs puts aside what has become complete.
        all();
        return storedBackups(folder).map(observationOf);
      }),
    restoreBackup: (ref, name, call) =>
      bring("restoreBackup", ref, call, (machine) => {
        const vm = there(machine, ref);
        if (vm.task) return { begin: { kind: "restoreBackup" } };
        if (vm.lastRestoreKey === call.key) return "reached";
        if (vm.power !== "stopped") throw new DriverError("refused", "the VM is not stopped");
        const { disk, storageGb } = existing(storedBackup(folder, name), hostName, name);
        return { begin: { kind: "restoreBackup", disk }, usualMs: TASK_MS.restoreBackup + storageGb * COPY_MS_PER_GB };
      }),
    deleteBackup: (name, call) =>
      change("deleteBackup", null, call, async () => {
        for (const { ref } of all()) endTaking(ref, name);
        if (!storedBackup(folder, name)) return;
        await sleep(DELETE_MS / speed, undefined, { signal: call.signal });
        removeBackup(folder, name, Date.now());
      }),
  };

  function endTaking(ref: string, name: string): void {
    for (;;) {
      const { version, machine } = look(ref);
      if (machine?.task?.kind !== "takeBackup" || machine.task.backup !== name) return;
      if (write({ ...machine, task: null }, version)) return;
    }
  }
}

/** @throws DriverError refused when there is none */
export function existing(backup: StoredBackup | null, hostName: string, name: string): StoredBackup {
  if (!backup) throw new DriverError("refused", `${hostName} has no backup ${name}`);
  return backup;
}

function observationOf({ name, takenAt, sizeMb }: StoredBackup): { name: string; takenAt: Date; sizeMb: number | null } {
  return { name, takenAt, sizeMb };
}
