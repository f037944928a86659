import { newId } from "#shared/ids.ts";
import { vmIsGone } from "#shared/compute/states.ts";
import type { Host, Vm } from "#server/infra/prisma/client.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { callDriver } from "./drivers/call.ts";
import { type CallOptions, type Driver, vmIdOfRef, type VmObservation } from "./drivers/driver.ts";
import { driverOf } from "./drivers/registry.ts";
import { type Found, vmsForSweep, vmsMeant, writeFindings } from "./hosts/finding-repository.ts";
import { findMovedVms, type Seen } from "./hosts/moved-vms.ts";
import { hostsInService, lockVm } from "./repository.ts";
import { settleVm } from "./vm-status.ts";

/**
 * Compares what the hosts have with what the database says. Operations leave both alike; but a call whose answer was lost can still arrive at a hypervisor
 * after its operation was undone, guests power themselves off, and administrators of hosts do things by hand. What only a person can decide becomes a finding.
 */
/** A VM that changed more recently is left alone: the list of the host may be older than the change. */
const SETTLED_MS = 60_000;
const LIST_TIMEOUT_MS = 30_000;
const DESTROY_TIMEOUT_MS = 10 * 60_000;
/** For so long a decision about a finding stands against what is seen: removing takes its time. */
const DECISION_MS = 10 * 60_000;

/**
 * One round; any number of workers may do it.
 * @returns how many VMs that should not be there were removed, and how many were put down as they really are
 */
export async function sweepHosts(rt: Runtime): Promise<{ removed: number; corrected: number }> {
  const before = new Date(rt.clock.now().getTime() - SETTLED_MS);
  const seen = await listAll(rt);
  const total = { removed: 0, corrected: await findMovedVms(rt, seen, before) };
  for (const [host, list] of seen) {
    try {
      const done = await sweepHost(rt, host, new Map(list), before);
      total.removed += done.removed;
      total.corrected += done.corrected;
    } catch (error) {
      rt.log.warn({ err: error, host: host.name }, "host sweep: failed");
    }
  }
  return total;
}

/** All hosts at once: one that hangs delays nobody. */
async function listAll(rt: Runtime): Promise<Seen> {
  const lists = await Promise.all(
    (await hostsInService(rt)).map(async (host) => {
      try {
        const list = await call(host, LIST_TIMEOUT_MS, (options) => driverOf(rt, host).list(options));
        return [[host, new Map(list.map((vm) => [vm.ref, vm]))] as const];
      } catch (error) {
        rt.log.warn({ err: error, host: host.name }, "host sweep: the host did not answer");
        return [];
      }
    }),
  );
  return new Map(lists.flat());
}

async function sweepHost(rt: Runtime, host: Host, seen: Map<string, VmObservation>, before: Date): Promise<{ removed: number; corrected: number }> {
  const driver = driverOf(rt, host);
  const known = await vmsForSweep(rt, host.id, [...seen.keys()]);
  const found: Found[] = [];
  const undecided: string[] = [];
  let [removed, corrected] = [0, 0];
  // Those that are there come first: a name can have been another VM's before.
  for (const vm of known.filter((each) => !vmIsGone(each.status))) {
    const ref = vm.hypervisorRef ?? "";
    const observed = seen.get(ref);
    seen.delete(ref);
    if (vm.operationId !== null || vm.updatedAt >= before) undecided.push(ref);
    else {
      if (!observed) found.push({ kind: "missing_vm", ref, vmId: vm.id, details: detailsOf(ref, observed, vm) });
      if (!observed?.busy && observed?.power !== vm.status) corrected += await correct(rt, vm.id, before, observed);
    }
  }
  for (const vm of known.filter((each) => vmIsGone(each.status) && each.hypervisorRef !== null && seen.has(each.hypervisorRef))) {
    const ref = vm.hypervisorRef ?? "";
    // A name that we gave is that VM's alone; one that was adopted can be another's by now.
    if (vmIdOfRef(ref) === null) continue;
    seen.delete(ref);
    if (vm.operationId !== null || vm.updatedAt >= before) continue;
    removed += await remove(rt, host, driver, ref);
  }
  const elsewhere = new Map((await vmsMeant(rt.db.prisma, host, [...seen.keys()])).map((vm) => [vm.hypervisorRef, vm]));
  for (const [ref, observed] of seen) {
    const vm = elsewhere.get(ref);
    // It is on its way from or to another host, or has come here since.
    if (vm?.operationId || vm?.hostId === host.id) undecided.push(ref);
    else found.push({ kind: "unknown_vm", ref, vmId: vm?.id ?? null, details: detailsOf(ref, observed, null) });
  }
  const at = rt.clock.now();
  await transact(rt, (tx) => writeFindings(tx, host.id, found.map((each) => ({ ...each, id: newId("hostFinding") })), undecided, at, new Date(at.getTime() - DECISION_MS)));
  return { removed, corrected };
}

function detailsOf(ref: string, observed: VmObservation | undefined, vm: Vm | null): Found["details"] {
  return {
    name: observed?.name ?? vm?.name ?? null,
    power: observed?.power ?? null,
    vcpu: observed?.vcpu ?? vm?.vcpu ?? null,
    memoryMb: observed?.memoryMb ?? vm?.memoryMb ?? null,
    storageGb: observed?.storageGb ?? vm?.storageGb ?? null,
    privateIp: observed?.privateIp ?? vm?.privateIp ?? null,
    mac: observed?.mac ?? vm?.mac ?? null,
    ours: vmIdOfRef(ref) !== null,
  };
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
