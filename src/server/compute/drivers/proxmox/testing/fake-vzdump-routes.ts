import { mayDo, mustBeAllowed } from "./fake-access.ts";
import { died, verificationFailed } from "./fake-errors.ts";
import { mustBeReadable } from "./fake-storage-routes.ts";
import type { FakeCall, FakeRoute } from "./fake-route.ts";
import { type FakeVm, GIB, mustBeUnlocked, storageOf, usedOf, volumesOf } from "./fake-state.ts";
import { type FakeTask, pass } from "./fake-tasks.ts";

/** Of a disk's size, in an archive. */
const COMPRESSED = 0.25;
const PARTS = 4;

export const VZDUMP_ROUTES: readonly FakeRoute[] = [
  {
    method: "POST",
    path: "/nodes/{node}/vzdump",
    params: { "vmid?": "string", "storage?": "string", "mode?": "string", "compress?": "string", "remove?": "boolean", "protected?": "boolean", "notes-template?": "string", "notification-mode?": "string" },
    run(call) {
      const { vmid = "", storage = "", node = "" } = call.params;
      if (vmid === "") throw verificationFailed({ vmid: "property is missing" });
      if (/\n/.test(call.params["notes-template"] ?? "")) throw verificationFailed({ "notes-template": "contains a line feed" });
      if (!storageOf(call.state, node, storage).content.split(",").includes("backup")) throw died(`storage '${storage}' does not support backups`);
      mustBeAllowed(call.principal, `/storage/${storage}`, "Datastore.AllocateSpace");
      // Not an error: it is somebody else's.
      if (call.state.vms.get(Number(vmid))?.node !== node) return "OK";
      return call.tasks.run(node, "vzdump", vmid, call.principal.name, (task) => dump(call, task));
    },
  },
  {
    method: "GET",
    path: "/nodes/{node}/vzdump/extractconfig",
    params: { volume: "string" },
    run(call) {
      const backup = call.state.backups.get(call.params.volume ?? "");
      if (!backup) throw died(`volume '${call.params.volume}' does not exist`);
      mustBeReadable(call, call.params.volume ?? "");
      const { description, ...config } = backup.config;
      const notes = description === undefined ? [] : description.split("\n").map((line) => `#${encodeURIComponent(line)}`);
      return [...notes, ...Object.entries(config).map(([key, value]) => `${key}: ${value}`), "#qmdump#map:scsi0:drive-scsi0:shared:raw:", ""].join("\n");
    },
  },
];

/** The job of one VM: its own failure is in the log, the task's is "job errors". */
async function dump(call: FakeCall, task: FakeTask): Promise<void> {
  const { state, params } = call;
  const node = params.node ?? "";
  const info = (line: string): void => void task.log.push(`INFO: ${line}`);
  if (state.dumping.has(node)) info("trying to get global lock - waiting...");
  while (state.dumping.has(node)) await pass(task, 2);
  state.dumping.add(node);
  try {
    info(`starting new backup job: vzdump ${params.vmid} --storage ${params.storage} --mode ${params.mode} --notes-template '${params["notes-template"]}'`);
    await one(call, task, info);
    info("Backup job finished successfully");
  } catch (error) {
    task.log.push(`ERROR: Backup of VM ${params.vmid} failed - ${task.abort.signal.aborted ? "interrupted by signal" : (error as Error).message}`);
    info("Backup job finished with errors");
    throw task.abort.signal.aborted ? error : died("job errors");
  } finally {
    state.dumping.delete(node);
  }
}

async function one(call: FakeCall, task: FakeTask, info: (line: string) => void): Promise<void> {
  const { state, params, principal } = call;
  const vm = state.vms.get(Number(params.vmid));
  if (!vm) throw died(`unable to find VM '${params.vmid}'`);
  mustBeAllowed(principal, `/vms/${vm.vmid}`, "VM.Backup");
  const storage = storageOf(state, vm.node, params.storage ?? "");
  const most = storage.maxProtected ?? (mayDo(principal, `/storage/${storage.name}`, "Datastore.Allocate") ? -1 : 5);
  const spared = [...state.backups.values()].filter((each) => each.vmid === vm.vmid && each.protected).length;
  if (params.protected === "1" && most > -1 && spared >= most) throw died(`The number of protected backups per guest is limited to ${most} on storage '${storage.name}'`);
  info(`Starting Backup of VM ${vm.vmid} (qemu)`);
  mustBeUnlocked(vm);
  vm.config.lock = "backup";
  vm.prelaunch = !vm.running;
  try {
    await write(call, task, vm, info);
  } finally {
    delete vm.config.lock;
    vm.prelaunch = false;
  }
}

async function write(call: FakeCall, task: FakeTask, vm: FakeVm, info: (line: string) => void): Promise<void> {
  const { state, params } = call;
  const storage = storageOf(state, vm.node, params.storage ?? "");
  const disks = volumesOf(vm).filter((each) => !each.cdrom);
  const { lock: _lock, ...config } = vm.config;
  const contents = Object.fromEntries(disks.map((each) => [each.key, state.contents.get(each.volid) ?? ""]));
  const [volid, ctime] = freeName(call, vm);
  info(`backup mode: ${vm.running ? params.mode : "stop"}`);
  info(`creating vzdump archive '/mnt/pve/${storage.name}/dump/${volid.slice(volid.indexOf("/") + 1)}'`);
  const total = disks.reduce((sum, each) => sum + each.bytes, 0);
  const partial = `${volid}.dat`;
  try {
    for (let part = 1; part <= PARTS; part += 1) {
      await pass(task, state.pace.backup / PARTS);
      if (usedOf(storage) - (storage.volumes.get(partial) ?? 0) + (total * COMPRESSED * part) / PARTS > storage.total) throw died("vma_queue_write: write error - No space left on device");
      storage.volumes.set(partial, (total * COMPRESSED * part) / PARTS);
      const [done, all] = [(total * part) / PARTS / GIB, total / GIB];
      info(`${String((100 * part) / PARTS).padStart(3)}% (${done.toFixed(1)} GiB of ${all.toFixed(1)} GiB) in ${part}s, read: 1.0 GiB/s, write: 1.0 GiB/s`);
    }
  } finally {
    storage.volumes.delete(partial);
  }
  storage.volumes.set(volid, Math.ceil(total * COMPRESSED));
  const backup = { vmid: vm.vmid, ctime, notes: "", protected: false, config, contents };
  state.backups.set(volid, backup);
  info("adding notes to backup");
  await pass(task, 1);
  // A mere warning where it fails.
  if (state.notesFail) task.log.push("WARN: unable to add notes - No space left on device");
  else backup.notes = params["notes-template"] ?? "";
  backup.protected = params.protected === "1";
  info(`Finished Backup of VM ${vm.vmid} (00:00:01)`);
}

/** Archives are named by the second; ours are made faster than that. */
function freeName({ state, params }: FakeCall, vm: FakeVm): [string, number] {
  for (let ctime = Math.floor(Date.now() / 1_000); ; ctime += 1) {
    const stamp = new Date(ctime * 1_000).toISOString().slice(0, 19).replaceAll("-", "_").replace("T", "-").replaceAll(":", "_");
    const volid = `${params.storage}:backup/vzdump-qemu-${vm.vmid}-${stamp}.vma.zst`;
    if (!state.backups.has(volid)) return [volid, ctime];
  }
}
