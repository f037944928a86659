import { mustBeAllowed } from "./fake-access.ts";
import { allocate, applyConfig, checkConfig, CONFIG_PARAMS } from "./fake-config.ts";
import { died, verificationFailed } from "./fake-errors.ts";
import { vmHere } from "./fake-power-routes.ts";
import { mustBeReadable } from "./fake-storage-routes.ts";
import { type FakeCall, type FakeRoute, integer } from "./fake-route.ts";
import { blankVm, type FakeBackup, type FakeVm, mustBeUnlocked, newMac, storageOf, volumesOf } from "./fake-state.ts";
import { type FakeTask, holding, pass } from "./fake-tasks.ts";

const VM = "/nodes/{node}/qemu/{vmid}";
const PARTS = 4;
/** Seconds between two records, and how many there are. */
const FRAMES: Readonly<Record<string, readonly [number, number]>> = { hour: [60, 70], day: [1_800, 70], week: [10_800, 70], month: [43_200, 70], year: [604_800, 70] };

const { "delete?": _delete, "digest?": _digest, ...CREATION_PARAMS } = CONFIG_PARAMS;

export const RESTORE_ROUTES: readonly FakeRoute[] = [
  { method: "POST", path: "/nodes/{node}/qemu", params: { ...CREATION_PARAMS, vmid: "integer", "archive?": "string", "force?": "boolean", "unique?": "boolean", "storage?": "string" }, run: restore },
  {
    method: "GET",
    path: `${VM}/cloudinit/dump`,
    params: { type: "string" },
    needs: ["/vms/{vmid}", "VM.Audit"],
    run(call) {
      const { name, ciuser, cipassword } = vmHere(call).config;
      return ["#cloud-config", `hostname: ${name}`, `user: ${ciuser}`, ...(cipassword === undefined ? [] : [`password: ${cipassword}`]), "chpasswd:", "  expire: False", ""].join("\n");
    },
  },
  { method: "GET", path: `${VM}/rrddata`, params: { timeframe: "string", "cf?": "string" }, needs: ["/vms/{vmid}", "VM.Audit"], run: recorded },
];


/** A VM made from an archive: a new one, or, with `force`, in place of one that is there. */
function restore(call: FakeCall): string {
  const { state, params, principal, tasks } = call;
  const vmid = integer(call, "vmid");
  const node = params.node ?? "";
  const backup = state.backups.get(params.archive ?? "");
  mustBeAllowed(principal, `/vms/${vmid}`, "VM.Allocate");
  if (params.storage !== undefined) mustBeAllowed(principal, `/storage/${params.storage}`, "Datastore.AllocateSpace");
  for (const key of Object.keys(params)) if (/^(scsi|ide|sata|virtio)\d+$/.test(key)) throw verificationFailed({ [key]: "option conflicts with option 'archive'" });
  if (!backup) throw died(`volume '${params.archive}' does not exist`);
  if (backup.vmid !== vmid) mustBeReadable(call, params.archive ?? "");
  const { node: _node, vmid: _vmid, archive: _archive, force, unique, storage, ...overrides } = params;
  checkConfig(overrides);
  const before = state.vms.get(vmid);
  const refusal = `unable to restore VM ${vmid} - `;
  if (before && (force !== "1" || before.node !== node)) throw died(`${refusal}VM ${vmid} already exists on node '${before.node}'`);
  if (before?.config.lock !== undefined) throw died(`${refusal}VM is locked (${before.config.lock})`);
  const vm = before ?? blankVm(vmid, node, {});
  mustBeUnlocked(vm);
  vm.config.lock = "create";
  state.vms.set(vmid, vm);
  return tasks.run(node, "qmrestore", vmid, principal.name, (task) => holding(state, vm, async () => {
    try {
      if (vm.running) throw died(`${refusal}vm is running`);
      if (vm.config.protection === "1") throw died(`${refusal}can't remove VM ${vmid} - protection mode enabled`);
      const config = await unpack(call, task, vm, backup, storage);
      if (unique === "1") for (const key of Object.keys(config)) if (/^net\d/.test(key)) config[key] = (config[key] ?? "").replace(/=([0-9A-F]{2}:){5}[0-9A-F]{2}/, `=${newMac()}`);
      vm.config = config;
      applyConfig(state, vm, overrides);
    } finally {
      delete vm.config.lock;
    }
  }));
}

/** Nothing is left of what was there, from the beginning on. @returns the configuration as it was in the archive, on new volumes */
async function unpack(call: FakeCall, task: FakeTask, vm: FakeVm, backup: FakeBackup, storage: string | undefined): Promise<Record<string, string>> {
  const { state } = call;
  const old = volumesOf(vm).filter((each) => !each.cdrom || each.volid.endsWith("-cloudinit"));
  // Without the lock that it had: the lock file is what keeps others away.
  vm.config = { memory: "128" };
  vm.snapshots = [];
  vm.pending = {};
  const original = { ...blankVm(vm.vmid, vm.node, { ...backup.config }) };
  const drives = volumesOf(original).filter((each) => !each.cdrom || each.volid.endsWith("-cloudinit"));
  for (const each of old) if (drives.some((drive) => drive.key === each.key)) free(call, vm, each);
  const kept = old.filter((each) => !drives.some((drive) => drive.key === each.key));
  const made: ReturnType<typeof volumesOf> = [];
  try {
    for (const drive of drives) {
      const on = storage ?? drive.storage;
      const volid = drive.cdrom ? `${on}:vm-${vm.vmid}-cloudinit` : `${on}:vm-${vm.vmid}-disk-${made.length + kept.length}`;
      task.log.push(`new volume ID is '${volid}'`);
      made.push({ ...drive, storage: on, volid });
      for (let part = 1; part <= PARTS; part += 1) {
        await pass(task, drive.cdrom ? 0 : state.pace.backup / PARTS);
        allocate(state, vm.node, on, volid, (drive.bytes * part) / PARTS);
        if (!drive.cdrom) task.log.push(`progress ${(100 * part) / PARTS}% (read ${(drive.bytes * part) / PARTS} bytes, duration ${part} sec)`);
      }
      state.contents.set(volid, backup.contents[drive.key] ?? "");
      original.config[drive.key] = (original.config[drive.key] ?? "").replace(drive.volid, volid);
    }
  } catch (error) {
    for (const each of made) free(call, vm, each);
    throw task.abort.signal.aborted ? died("interrupted by signal") : error;
  }
  for (const [at, each] of kept.entries()) original.config[`unused${at}`] = each.volid;
  return original.config;
}

function free({ state }: FakeCall, vm: FakeVm, volume: { storage: string; volid: string }): void {
  storageOf(state, vm.node, volume.storage).volumes.delete(volume.volid);
  state.contents.delete(volume.volid);
}

/** A record for each step: averages of what was recorded in it, or nothing but its time. */
function recorded(call: FakeCall): object[] {
  const vm = vmHere(call);
  const [step, count] = FRAMES[call.params.timeframe ?? ""] ?? [60, 70];
  const last = Math.floor(Date.now() / 1_000 / step) * step;
  return Array.from({ length: count }, (_, at) => {
    const time = last - (count - 1 - at) * step;
    const samples = [...vm.recorded].flatMap(([second, values]) => (second >= time && second < time + step && values !== null ? [values] : []));
    const names = [...new Set(samples.flatMap((values) => Object.keys(values)))];
    return { time, ...Object.fromEntries(names.map((name) => [name, samples.reduce((sum, values) => sum + (values[name] ?? 0), 0) / samples.length])) };
  });
}
