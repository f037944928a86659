import type { Driver } from "../driver.ts";
import { DriverError } from "../errors.ts";
import type { Machine } from "./machine.ts";
import type { SimulatedHost } from "./simulated-host.ts";

type Snapshots = Pick<Driver, "takeSnapshot" | "listSnapshots" | "restoreSnapshot" | "deleteSnapshot">;

/** Snapshots are kept in the VM's own file: its state as it was. */
export function simulatedSnapshots({ look, read, bring, there }: SimulatedHost): Snapshots {
  return {
    takeSnapshot: (ref, name, call) =>
      bring("takeSnapshot", ref, call, (machine) => {
        const vm = there(machine, ref);
        return has(vm, name) && !vm.task ? "reached" : { begin: { kind: "takeSnapshot", snapshot: name } };
      }),
    listSnapshots: (ref, call) =>
      read("listSnapshots", ref, call, () => there(look(ref).machine, ref).snapshots.map(({ name, takenAt, sizeMb }) => ({ name, takenAt: new Date(takenAt), sizeMb }))),
    restoreSnapshot: (ref, name, call) =>
      bring("restoreSnapshot", ref, call, (machine) => {
        const vm = there(machine, ref);
        if (vm.lastRestoreKey === call.key && !vm.task) return "reached";
        if (!has(vm, name) && !vm.task) throw new DriverError("refused", `the VM has no snapshot ${name}`);
        return { begin: { kind: "restoreSnapshot", snapshot: name } };
      }),
    deleteSnapshot: (ref, name, call) =>
      bring("deleteSnapshot", ref, call, (machine) => {
        const vm = there(machine, ref);
        return !has(vm, name) && !vm.task ? "reached" : { begin: { kind: "deleteSnapshot", snapshot: name } };
      }),
  };
}

function has(machine: Machine, name: string): boolean {
  return machine.snapshots.some((snapshot) => snapshot.name === name);
}
