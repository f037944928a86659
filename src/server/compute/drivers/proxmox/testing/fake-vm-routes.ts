import { allocate, applyConfig, checkConfig, CONFIG_PARAMS, setDiskSize, shownConfig } from "./fake-config.ts";
import { died, FakeError, verificationFailed } from "./fake-errors.ts";
import { vmHere, worker } from "./fake-power-routes.ts";
import { type FakeCall, type FakeRoute, integer } from "./fake-route.ts";
import { blankVm, type FakeVm, GIB, mustBeUnlocked, newMac, storageOf, volumesOf } from "./fake-state.ts";
import { type FakeTask, pass } from "./fake-tasks.ts";

const VM = "/nodes/{node}/qemu/{vmid}";

export const VM_ROUTES: readonly FakeRoute[] = [
  { method: "GET", path: `${VM}/config`, params: { "current?": "boolean" }, needs: ["/vms/{vmid}", "VM.Audit"], run: (call) => shownConfig(vmHere(call)) },
  {
    method: "PUT",
    path: `${VM}/config`,
    params: CONFIG_PARAMS,
    needs: ["/vms/{vmid}", "VM.Config.Options"],
    run(call) {
      const vm = vmHere(call);
      mustBeUnlocked(vm);
      checkConfig(changesOf(call));
      applyConfig(call.state, vm, changesOf(call));
      return null;
    },
  },
  {
    method: "POST",
    path: `${VM}/config`,
    params: { ...CONFIG_PARAMS, "background_delay?": "integer" },
    needs: ["/vms/{vmid}", "VM.Config.Options"],
    run(call) {
      checkConfig(changesOf(call));
      return worker(call, "qmconfig", async (vm, wait) => {
        await wait(1);
        applyConfig(call.state, vm, changesOf(call));
      });
    },
  },
  {
    method: "PUT",
    path: `${VM}/resize`,
    params: { disk: "string", size: "string", "digest?": "string" },
    needs: ["/vms/{vmid}", "VM.Config.Disk"],
    run(call) {
      const upid = worker(call, "resize", async (vm, wait) => {
        await wait(call.state.pace.task);
        const disk = volumesOf(vm).find((each) => each.key === call.params.disk);
        if (!disk) throw died(`disk '${call.params.disk}' does not exist`);
        const gib = Number(/^(\d+)G$/.exec(call.params.size ?? "")?.[1]);
        if (gib * GIB < disk.bytes) throw died("shrinking disks is not supported");
        allocate(call.state, vm.node, disk.storage, disk.volid, gib * GIB);
        setDiskSize(vm, disk.key, gib);
      });
      return Number.parseInt(call.state.version, 10) >= 8 ? upid : null;
    },
  },
  { method: "POST", path: `${VM}/clone`, params: { newid: "integer", "name?": "string", "description?": "string", "full?": "boolean", "storage?": "string", "format?": "string", "target?": "string", "pool?": "string", "bwlimit?": "integer", "snapname?": "string" }, needs: ["/vms/{vmid}", "VM.Clone"], run: clone },
  {
    method: "DELETE",
    path: VM,
    params: { "purge?": "boolean", "destroy-unreferenced-disks?": "boolean", "skiplock?": "boolean" },
    needs: ["/vms/{vmid}", "VM.Allocate"],
    run(call) {
      if (call.params.skiplock !== undefined) throw new FakeError(403, "Only root may use this option.");
      const vm = vmHere(call);
      if (vm.config.protection === "1") throw died(`can't remove VM ${vm.vmid} - protection mode enabled`);
      if (vm.running) throw died(`VM ${vm.vmid} is running - destroy failed`);
      return worker(call, "qmdestroy", async (gone, wait) => {
        freeDisks(call, gone);
        // What is left until the end bears nobody's marks.
        gone.config = { lock: "destroyed" };
        await wait(call.state.pace.task);
        call.state.vms.delete(gone.vmid);
      }, ["suspended"]);
    },
  },
  {
    method: "GET",
    path: `${VM}/feature`,
    params: { feature: "string", "snapname?": "string" },
    needs: ["/vms/{vmid}", "VM.Audit"],
    run(call) {
      const vm = vmHere(call);
      const able = volumesOf(vm).filter((each) => !each.cdrom).every((each) => storageOf(call.state, vm.node, each.storage).snapshots);
      return { hasFeature: able ? 1 : 0, nodes: [vm.node] };
    },
  },
  {
    method: "GET",
    path: `${VM}/agent/network-get-interfaces`,
    params: {},
    needs: ["/vms/{vmid}", "VM.GuestAgent.Audit"],
    run(call) {
      const vm = agentOf(call);
      const mac = /=(([0-9A-F]{2}:){5}[0-9A-F]{2})/.exec(vm.config.net0 ?? "")?.[1]?.toLowerCase() ?? "";
      const fixed = /ip=([\d.]+)\//.exec(vm.config.ipconfig0 ?? "")?.[1];
      return {
        result: [
          { name: "lo", "hardware-address": "00:00:00:00:00:00", "ip-addresses": [{ "ip-address": "127.0.0.1", "ip-address-type": "ipv4", prefix: 8 }] },
          { name: "docker0", "hardware-address": "02:42:aa:bb:cc:dd", "ip-addresses": [{ "ip-address": "172.17.0.1", "ip-address-type": "ipv4", prefix: 16 }] },
          { name: "eth0", "hardware-address": mac, "ip-addresses": [{ "ip-address": "fe80::1", "ip-address-type": "ipv6", prefix: 64 }, { "ip-address": fixed ?? `10.8.${vm.vmid >> 8 & 255}.${vm.vmid & 255}`, "ip-address-type": "ipv4", prefix: 16 }] },
        ],
      };
    },
  },
  {
    method: "POST",
    path: `${VM}/agent/set-user-password`,
    params: { username: "string", password: "string", "crypted?": "boolean" },
    needs: ["/vms/{vmid}", "VM.GuestAgent.Unrestricted"],
    run(call) {
      const vm = agentOf(call);
      vm.passwords.set(call.params.username ?? "", { value: call.params.password ?? "", crypted: call.params.crypted === "1" });
      return {};
    },
  },
];

function changesOf(call: FakeCall): Record<string, string> {
  const { node: _node, vmid: _vmid, background_delay: _delay, ...changes } = call.params;
  return changes;
}

function agentOf(call: FakeCall): FakeVm {
  const vm = vmHere(call);
  if (!/^(1|enabled=1)/.test(vm.config.agent ?? "")) throw died("No QEMU guest agent configured");
  if (!vm.running) throw died(`VM ${vm.vmid} is not running`);
  if (vm.paused || Date.now() < vm.agentAt) throw died("QEMU guest agent is not running");
  return vm;
}

export function freeDisks(call: Pick<FakeCall, "state">, vm: FakeVm): void {
  for (const each of volumesOf(vm).filter(({ volid }) => !/:iso\//.test(volid))) {
    storageOf(call.state, vm.node, each.storage).volumes.delete(each.volid);
    call.state.contents.delete(each.volid);
  }
}

function clone(call: FakeCall): string {
  const { state, tasks, params } = call;
  const source = vmHere(call);
  const newid = integer(call, "newid");
  if (newid < 100) throw verificationFailed({ newid: "invalid value" });
  mustBeUnlocked(source);
  const full = params.full === undefined ? !source.template : params.full === "1";
  if (!full && params.storage !== undefined) throw died("parameter 'storage' not allowed for linked clones");
  const target = params.target ?? source.node;
  const disks = volumesOf(source).filter((each) => !each.volid.endsWith("-cloudinit"));
  if (target !== source.node && disks.some((each) => storageOf(state, source.node, each.storage).node !== null)) throw died(`can't clone VM to node '${target}' (VM uses local storage)`);
  if (!full && disks.some((each) => !storageOf(state, source.node, each.storage).snapshots)) throw died("Linked clone feature is not supported for drive 'scsi0'");
  if (target !== source.node && params.storage !== undefined && storageOf(state, source.node, params.storage).node !== null) throw died(`can't clone to non-shared storage '${params.storage}'`);
  const mustBeFree = (): void => {
    if (state.vms.has(newid)) throw died(`unable to create VM ${newid}: config file already exists`);
  };
  mustBeFree();
  // Nothing but the lock until the first disk is there; and that only when the worker has come so far.
  const vm = blankVm(newid, source.node, { lock: "clone" });
  const config: Record<string, string> = { ...source.config, name: params.name ?? `Copy-of-VM-${source.config.name ?? source.vmid}`, ...(params.description === undefined ? {} : { description: params.description }) };
  delete config.template;
  for (const key of Object.keys(config)) if (/^net\d/.test(key)) config[key] = (config[key] ?? "").replace(/=([0-9A-F]{2}:){5}[0-9A-F]{2}/, `=${newMac()}`);
  return tasks.run(source.node, "qmclone", source.vmid, call.principal.name, async (task) => {
    const made: [string, string][] = [];
    await pass(task, state.pace.power);
    mustBeFree();
    state.vms.set(newid, vm);
    try {
      for (const disk of disks.filter((each) => !each.cdrom)) {
        const storage = full ? (params.storage ?? disk.storage) : disk.storage;
        const volid = `${storage}:vm-${newid}-disk-0`;
        task.log.push(`create ${full ? "full" : "linked"} clone of drive ${disk.key} (${disk.volid})`);
        made.push([storage, volid]);
        await copy(call, task, vm.node, storage, volid, full ? disk.bytes : 0);
        config[disk.key] = `${volid},size=${disk.bytes / GIB}G`;
        Object.assign(vm.config, config);
      }
      const ci = volumesOf(source).find((each) => each.volid.endsWith("-cloudinit"));
      delete vm.config.lock;
      if (ci) applyConfig(state, vm, { [ci.key]: `${full ? (params.storage ?? ci.storage) : ci.storage}:cloudinit` });
      vm.node = target;
    } catch (error) {
      if (task.exit === null) {
        for (const [storage, volid] of made) storageOf(state, source.node, storage).volumes.delete(volid);
        state.vms.delete(newid);
      }
      throw error instanceof FakeError ? died(`clone failed: ${error.message}`) : error;
    }
  });
}

async function copy(call: FakeCall, task: FakeTask, node: string, storage: string, volid: string, bytes: number): Promise<void> {
  const parts = 4;
  for (let part = 1; part <= parts; part += 1) {
    await pass(task, call.state.pace.clone / parts);
    allocate(call.state, node, storage, volid, (bytes * part) / parts);
    if (bytes > 0) task.log.push(`transferred ${((bytes / GIB) * part / parts).toFixed(1)} GiB of ${(bytes / GIB).toFixed(1)} GiB (${((100 * part) / parts).toFixed(2)}%)`);
  }
}
