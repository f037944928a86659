import type { Snapshots } from "../capabilities.ts";
import type { CallOptions } from "../driver.ts";
import { DriverError } from "../errors.ts";
import { features, snapshotRows } from "./answers.ts";
import { bring, doOnce } from "./bring.ts";
import { apiPath } from "./form.ts";
import { finish } from "./hardware.ts";
import { lookAt, type Place, type SeenVm, vmPath } from "./look.ts";
import type { Session } from "./session.ts";

interface Row {
  name: string;
  snaptime?: number | undefined;
  vmstate?: boolean | undefined;
}

export function snapshotCalls(session: Session): Snapshots {
  const rowsOf = async (place: Place, call: CallOptions): Promise<Row[]> => {
    const rows = await session.client.get(`${vmPath(place)}/snapshot`, {}, snapshotRows, call);
    // "current" is what the VM is now.
    return rows.filter((row) => row.name !== "current");
  };
  const there = (vm: SeenVm | null, ref: string): SeenVm => {
    if (!vm) throw new DriverError("not_found", `${session.hostName} has no ${ref}`);
    return vm;
  };
  const free = (vm: SeenVm): boolean => vm.tasks.length === 0 && !vm.forming && vm.lock === null;

  return {
    takeSnapshot: (ref, name, call) =>
      bring(session, ref, call, async (found) => {
        const vm = there(found, ref);
        if (free(vm) && (await rowsOf(vm, call)).some((row) => row.name === name)) return "reached";
        return {
          async ask() {
            const { hasFeature } = await session.client.get(`${vmPath(vm)}/feature`, { feature: "snapshot" }, features, call);
            if (!hasFeature) throw new DriverError("refused", "the storage of this VM's disks cannot make snapshots");
            return session.client.change("POST", `${vmPath(vm)}/snapshot`, { snapname: name, vmstate: vm.status.status === "running" }, call);
          },
        };
      }),

    async listSnapshots(ref, call) {
      const vm = there(await lookAt(session, ref, call), ref);
      const rows = vm.forming ? [] : await rowsOf(vm, call);
      return rows
        .map((row) => ({ name: row.name, takenAt: new Date((row.snaptime ?? 0) * 1000), sizeMb: null }))
        .toSorted((a, b) => a.takenAt.getTime() - b.takenAt.getTime());
    },

    async restoreSnapshot(ref, name, call) {
      let running = false;
      await doOnce(
        session,
        ref,
        call,
        async (vm) => {
          const row = (await rowsOf(vm, call)).find((each) => each.name === name);
          if (!row) throw new DriverError("refused", `the VM has no snapshot ${name}`);
          running = row.vmstate === true;
        },
        async (vm) => finish(session, await session.client.change("POST", apiPath`/nodes/${vm.node}/qemu/${vm.vmid}/snapshot/${name}/rollback`, {}, call), call),
      );
      // The memory that was saved is started by Proxmox itself; the VM of a snapshot without it stays stopped.
      await bring(session, ref, call, (found) => {
        const vm = there(found, ref);
        if (free(vm) && (vm.power !== "stopped") === running) return "reached";
        const action = running ? "start" : "stop";
        return { ask: () => session.client.change("POST", `${vmPath(vm)}/status/${action}`, {}, call) };
      });
    },

    deleteSnapshot: (ref, name, call) =>
      bring(session, ref, call, async (found) => {
        const vm = there(found, ref);
        if (free(vm) && !(await rowsOf(vm, call)).some((row) => row.name === name)) return "reached";
        return { ask: () => session.client.change("DELETE", apiPath`/nodes/${vm.node}/qemu/${vm.vmid}/snapshot/${name}`, {}, call) };
      }),
  };
}
