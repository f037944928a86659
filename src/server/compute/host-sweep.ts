import type { Host } from "#server/infra/prisma/client.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { callDriver } from "./drivers/call.ts";
import { type CallOptions, type Driver, vmIdOfRef, type VmObservation } from "./drivers/driver.ts";
import { driverOf } from "./drivers/registry.ts";
import { hostsInService, lockVm, vmsOfHost } from "./repository.ts";
import { settleVm } from "./vm-status.ts";

/**
 * Compares what the hosts have with what the database says. Operations leave both alike; but a call whose answer was lost can still arrive at a hypervisor
 * after its operation was undone, guests power themselves off, and administrators of hosts do things by hand.
 */
/** A VM that changed more recently is left alone: the list of the host may be older than the change. */
const SETTLED_MS = 60_000;
const LIST_TIMEOUT_MS = 30_000;
const DESTROY_TIMEOUT_MS = 10 * 60_000;

/**
 * One round; any number of workers may do it.
 * @returns how many VMs that should not be there were removed, and how many were put down as they really are
 */
export async function sweepHosts(rt: Runtime): Promise<{ removed: number; corrected: number }> {
  const total = { removed: 0, corrected: 0 };
  for (const host of await hostsInService(rt)) {
    try {
      const done = await sweepHost(rt, host);
      total.removed += done.removed;
      total.corrected += done.corrected;
    } catch (error) {
      rt.log.warn({ err: error, host: host.name }, "host sweep: the host did not answer");
    }
  }
  return total;
}

async function sweepHost(rt: Runtime, host: Host): Promise<{ removed: number; corrected: number }> {
  const driver = driverOf(rt, host);
  const before = new Date(rt.clock.now().getTime() - SETTLED_MS);
  const seen = new Map((await call(host, LIST_TIMEOUT_MS, (options) => driver.list(options))).map((vm) => [vm.ref, vm]));
  const known = await vmsOfHost(rt, host.id, [...seen.keys()].flatMap((ref) => vmIdOfRef(ref) ?? []));
  let [removed, corrected] = [0, 0];
  for (const vm of known) {
    const ref = vm.hypervisorRef ?? "";
    const observed = seen.get(ref);
    seen.delete(ref);
    if (vm.operationId !== null || vm.updatedAt >= before) continue;
    if (vm.status === "terminated" || vm.status === "rolled_back") {
      if (observed) removed += await remove(rt, host, driver, ref);
    } else if (!observed?.busy && observed?.power !== vm.status) {
      corrected += await correct(rt, vm.id, before, observed);
    }
  }
  // They may belong to another installation: nobody but a person may decide about them.
  if (seen.size > 0) rt.log.warn({ host: host.name, refs: [...seen.keys()] }, "host sweep: VMs that this installation does not know");
  return { removed, corrected };
}

async function remove(rt: Runtime, host: Host, driver: Driver, ref: string): Promise<number> {
  rt.log.warn({ host: host.name, ref }, "host sweep: removing a VM that is gone by the database");
  await call(host, DESTROY_TIMEOUT_MS, (options) => driver.destroy(ref, options));
  return 1;
}

/** Puts the VM down as it was seen, unless anything happened to it since. */
async function correct(rt: Runtime, vmId: string, before: Date, observed: VmObservation | undefined): Promise<number> {
  return transact(rt, async (tx) => {
    const vm = await lockVm(tx, vmId);
    if (vm.operationId !== null || vm.updatedAt >= before || (vm.status === "error" && !observed)) return 0;
    const at = rt.clock.now();
    if (!observed) await settleVm(tx, vm, { status: "error", reason: "The hypervisor no longer has this VM. Delete it; it costs nothing meanwhile.", at, vanished: true });
    else await settleVm(tx, vm, { status: observed.power, reason: "Changed on the host.", at, privateIp: observed.privateIp, mac: observed.mac });
    return 1;
  });
}

function call<T>(host: Host, timeoutMs: number, work: (options: CallOptions) => Promise<T>): Promise<T> {
  return callDriver({ signal: new AbortController().signal, timeoutMs, key: `sweep:${host.id}` }, work);
}
