import { died } from "./fake-errors.ts";
import { switchOff, switchOn, vmHere, worker } from "./fake-power-routes.ts";
import type { FakeCall, FakeRoute } from "./fake-route.ts";
import { type FakeVm, storageOf, usedOf, volumesOf } from "./fake-state.ts";

const VM = "/nodes/{node}/qemu/{vmid}";
const NEEDS = ["/vms/{vmid}", "VM.Snapshot"] as const;

export const SNAPSHOT_ROUTES: readonly FakeRoute[] = [
  {
    method: "GET",
    path: `${VM}/snapshot`,
    params: {},
    needs: ["/vms/{vmid}", "VM.Audit"],
    run(call) {
      const vm = vmHere(call);
      const rows = vm.snapshots.map((each) => ({ name: each.name, description: each.description, snaptime: each.time, vmstate: each.vmstate ? 1 : 0 }));
      return [...rows, { name: "current", description: "You are here!", digest: "0".repeat(40), running: vm.running ? 1 : 0 }];
    },
  },
  {
    method: "POST",
    path: `${VM}/snapshot`,
    params: { snapname: "string", "vmstate?": "boolean", "description?": "string" },
    needs: NEEDS,
    run: (call) => locked(call, "qmsnapshot", "snapshot", (vm) => {
      const name = call.params.snapname ?? "";
      if (vm.snapshots.some((each) => each.name === name)) throw died(`snapshot name '${name}' already used`);
      const { lock: _lock, ...config } = vm.config;
      vm.snapshots.push({ name, description: call.params.description ?? "", time: Math.floor(Date.now() / 1000), config, vmstate: call.params.vmstate === "1" && vm.running });
    }),
  },
  {
    method: "DELETE",
    path: `${VM}/snapshot/{snapname}`,
    params: { "force?": "boolean" },
    needs: NEEDS,
    run: (call) => locked(call, "qmdelsnapshot", "snapshot-delete", (vm) => {
      mustHave(vm, call);
      vm.snapshots = vm.snapshots.filter((each) => each.name !== call.params.snapname);
    }),
  },
  {
    method: "POST",
    path: `${VM}/snapshot/{snapname}/rollback`,
    params: { "start?": "boolean" },
    needs: NEEDS,
    run(call) {
      return locked(call, "qmrollback", "rollback", (vm) => {
        const snapshot = mustHave(vm, call);
        switchOff(vm);
        vm.config = { ...snapshot.config };
        if (snapshot.vmstate || call.params.start === "1") switchOn(vm, call);
      });
    },
  },
  {
    method: "GET",
    path: `${VM}/migrate`,
    params: { "target?": "string" },
    needs: ["/vms/{vmid}", "VM.Migrate"],
    run(call) {
      const vm = vmHere(call);
      const nodes = [...call.state.nodes.keys()].filter((node) => node !== vm.node);
      const lacking = (node: string): string[] => [...new Set(localOf(call, vm).map((each) => each.storage))].filter((name) => !call.state.storages.some((each) => each.name === name && each.node === node));
      const barred = Object.fromEntries(nodes.filter((node) => lacking(node).length > 0).map((node) => [node, { unavailable_storages: lacking(node) }]));
      return {
        running: vm.running ? 1 : 0,
        allowed_nodes: nodes.filter((node) => !(node in barred)),
        not_allowed_nodes: barred,
        local_disks: localOf(call, vm).map((each) => ({ volid: each.volid, size: each.bytes, cdrom: each.cdrom ? 1 : 0, is_unused: 0 })),
        local_resources: vm.config.hostpci0 === undefined ? [] : ["hostpci0"],
        "mapped-resources": [],
        "mapped-resource-info": {},
        "has-dbus-vmstate": 0,
      };
    },
  },
  {
    method: "POST",
    path: `${VM}/migrate`,
    params: { target: "string", "online?": "boolean", "with-local-disks?": "boolean", "targetstorage?": "string", "bwlimit?": "integer" },
    needs: ["/vms/{vmid}", "VM.Migrate"],
    run(call) {
      const vm = vmHere(call);
      const target = call.params.target ?? "";
      if (!call.state.nodes.get(target)?.online) throw died(`no such cluster node '${target}'`);
      if (target === vm.node) throw died("target is local node.");
      if (vm.running && call.params.online !== "1") throw died("can't migrate running VM without --online");
      return locked(call, "qmigrate", "migrate", async (_vm, log) => {
        const pairs = storagePairs(call.params.targetstorage ?? "");
        // With a storage named for all, those that are shared are moved too.
        const local = pairs.has("*") ? volumesOf(vm) : localOf(call, vm);
        if (local.some((each) => /:iso\//.test(each.volid))) throw died("can't migrate local disk: local cdrom image");
        if (vm.running && local.length > 0 && call.params["with-local-disks"] !== "1") throw died("can't live migrate attached local disks without with-local-disks option");
        log(`starting migration of VM ${vm.vmid} to node '${target}' (10.0.0.2)`);
        for (const disk of local) move(call, vm, disk, target, pairs);
        log("drive-scsi0: transferred 2.0 GiB of 2.0 GiB (100.00%) in 3s");
        vm.node = target;
      });
    },
  },
];

/** Work with the lock that is written into the configuration meanwhile. */
function locked(call: FakeCall, type: string, lock: string, work: (vm: FakeVm, log: (line: string) => void) => unknown): string {
  return worker(call, type, async (vm, wait, log) => {
    vm.config.lock = lock;
    try {
      await wait(call.state.pace.task);
      await work(vm, log);
    } finally {
      delete vm.config.lock;
    }
  });
}

function mustHave(vm: FakeVm, call: FakeCall) {
  const snapshot = vm.snapshots.find((each) => each.name === call.params.snapname);
  if (!snapshot) throw died(`snapshot '${call.params.snapname}' does not exist`);
  return snapshot;
}

function localOf(call: FakeCall, vm: FakeVm) {
  return volumesOf(vm).filter((each) => storageOf(call.state, vm.node, each.storage).node !== null);
}

/** `a:b,c:d`, or one name for all. */
function storagePairs(text: string): Map<string, string> {
  return new Map(text.split(",").filter(Boolean).map((pair) => {
    const [from = "", to] = pair.split(":");
    return to === undefined ? ["*", from] : [from, to];
  }));
}

function move(call: FakeCall, vm: FakeVm, disk: ReturnType<typeof volumesOf>[number], target: string, pairs: ReadonlyMap<string, string>): void {
  const from = storageOf(call.state, vm.node, disk.storage);
  const to = storageOf(call.state, target, pairs.get(disk.storage) ?? pairs.get("*") ?? disk.storage);
  const bytes = from.volumes.get(disk.volid) ?? 0;
  if (usedOf(to) + bytes > to.total) throw died("storage migration failed: No space left on device");
  const volid = disk.volid.replace(/^[^:]+/, to.name);
  from.volumes.delete(disk.volid);
  to.volumes.set(volid, bytes);
  vm.config[disk.key] = (vm.config[disk.key] ?? "").replace(disk.volid, volid);
}
