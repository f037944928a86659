import { createHash } from "node:crypto";
import { died, verificationFailed } from "./fake-errors.ts";
import type { ParamType } from "./fake-route.ts";
import { type FakeState, type FakeVm, GIB, newMac, storageOf, usedOf, volumesOf } from "./fake-state.ts";

/** Of `POST` and `PUT …/config`: those that the driver has a use for. */
export const CONFIG_PARAMS: Readonly<Record<string, ParamType>> = {
  "name?": "string", "description?": "string", "tags?": "string", "cores?": "integer", "sockets?": "integer", "memory?": "string", "balloon?": "integer", "agent?": "string", "boot?": "string",
  "ciuser?": "string", "cipassword?": "string", "sshkeys?": "string", "nameserver?": "string", "delete?": "string", "digest?": "string", "protection?": "boolean", "onboot?": "boolean", "searchdomain?": "string",
  "net[n]?": "string", "ipconfig[n]?": "string", "scsi[n]?": "string", "ide[n]?": "string", "sata[n]?": "string", "virtio[n]?": "string",
};

const FORMATS: readonly [RegExp, RegExp, string][] = [
  [/^name$/, /^[a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?(\.[a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?)*$/, "invalid format - value does not look like a valid DNS name"],
  [/^tags$/, /^([a-z0-9_][a-z0-9_\-+.]*([;, ]|$))*$/i, "invalid format - invalid characters in tag"],
  [/^sshkeys$/, /^[-%a-zA-Z0-9_.!~*'()]*$/, "invalid format - invalid urlencoded string"],
  [/^ipconfig\d$/, /^(ip6?=(dhcp|auto|[0-9a-fA-F.:]+\/\d+)|gw6?=[0-9a-fA-F.:]+)(,(ip6?=(dhcp|auto|[0-9a-fA-F.:]+\/\d+)|gw6?=[0-9a-fA-F.:]+))*$/, "invalid format"],
  [/^memory$/, /^\d+$/, "invalid format"],
  [/^agent$/, /^(1|0|enabled=[01])(,.*)?$/, "invalid format"],
  [/^net\d$/, /^(virtio|e1000)(=([0-9A-F]{2}:){5}[0-9A-F]{2})?(,[a-z_]+=[^,]+)*$/i, "invalid format"],
];

/** Changes that hardware of a running VM only takes at its next start. */
const NEEDS_RESTART = new Set(["cores", "sockets", "memory", "agent"]);

export function checkConfig(params: Readonly<Record<string, string>>): void {
  const errors: Record<string, string> = {};
  for (const [name, value] of Object.entries(params)) {
    for (const [names, format, why] of FORMATS) if (names.test(name) && !format.test(value)) errors[name] = why;
  }
  if (Object.keys(errors).length > 0) throw verificationFailed(errors);
  if (params.sshkeys !== undefined && !decodeURIComponent(params.sshkeys).split("\n").every((key) => /^(ssh-|ecdsa-)\S+ [A-Za-z0-9+/=]{16,}/.test(key))) throw died("SSH public key validation error");
}

export function applyConfig(state: FakeState, vm: FakeVm, params: Readonly<Record<string, string>>): void {
  const { delete: deleted, digest: _digest, ...changes } = params;
  for (const key of (deleted ?? "").split(",").filter(Boolean)) {
    freeCloudInit(state, vm, key);
    const unused = /^unused\d+$/.test(key) ? vm.config[key] : undefined;
    if (unused !== undefined) storageOf(state, vm.node, unused.split(":")[0] ?? "").volumes.delete(unused);
    delete vm.config[key];
  }
  const balloon = Number(changes.balloon ?? vm.config.balloon ?? 0);
  if (balloon > Number(changes.memory ?? vm.config.memory ?? 512)) throw died("balloon value too large (must be smaller than assigned memory)");
  for (const [key, value] of Object.entries(changes)) {
    const stored = storedValue(state, vm, key, value);
    if (vm.running && NEEDS_RESTART.has(key)) vm.pending[key] = stored;
    else vm.config[key] = stored;
  }
}

function storedValue(state: FakeState, vm: FakeVm, key: string, value: string): string {
  if (/^net\d$/.test(key)) {
    const bridge = /bridge=([^,]+)/.exec(value)?.[1];
    if (bridge !== undefined && !state.nodes.get(vm.node)?.bridges.includes(bridge)) throw died(`bridge '${bridge}' does not exist`);
    return /^(virtio|e1000)=/.test(value) ? value : value.replace(/^(virtio|e1000)/, `$1=${newMac()}`);
  }
  if (/^(scsi|virtio|ide|sata)\d+$/.test(key)) return storedDrive(state, vm, key, value);
  return key === "tags" ? value.split(/[;, ]+/).filter(Boolean).sort().join(";") : value;
}

function storedDrive(state: FakeState, vm: FakeVm, key: string, value: string): string {
  freeCloudInit(state, vm, key);
  if (value === "none,media=cdrom") return value;
  const made = /^([^:,]+):cloudinit$/.exec(value);
  if (made) {
    const storage = storageOf(state, vm.node, made[1] ?? "");
    const volid = `${storage.name}:vm-${vm.vmid}-cloudinit`;
    storage.volumes.set(volid, 4 * 1024 ** 2);
    return `${volid},media=cdrom,size=4M`;
  }
  const iso = /^(([^:,]+):iso\/[^,]+),media=cdrom$/.exec(value);
  if (!iso) throw verificationFailed({ [key]: "invalid format - unable to parse drive options" });
  const volid = iso[1] ?? "";
  if (!storageOf(state, vm.node, iso[2] ?? "").volumes.has(volid)) throw died(`volume '${volid}' does not exist`);
  return value;
}

function freeCloudInit(state: FakeState, vm: FakeVm, key: string): void {
  const before = volumesOf(vm).find((each) => each.key === key);
  if (before?.volid.endsWith("-cloudinit")) storageOf(state, vm.node, before.storage).volumes.delete(before.volid);
}

/** As `GET …/config` shows it. */
export function shownConfig(vm: FakeVm): Record<string, string | number> {
  const shown: Record<string, string | number> = { ...vm.config, ...vm.pending };
  for (const key of ["cores", "sockets", "balloon", "template", "protection", "onboot"]) if (shown[key] !== undefined) shown[key] = Number(shown[key]);
  if (shown.cipassword !== undefined) shown.cipassword = "**********";
  // Notes come back with a line's end.
  if (shown.description !== undefined) shown.description = `${String(shown.description).trimEnd()}\n`;
  shown.digest = createHash("sha1").update(JSON.stringify(vm.config)).digest("hex");
  return shown;
}

/** Takes room on a storage. @throws FakeError as the storage says it */
export function allocate(state: FakeState, node: string, storageName: string, volid: string, bytes: number): void {
  const storage = storageOf(state, node, storageName);
  const before = storage.volumes.get(volid) ?? 0;
  if (usedOf(storage) - before + bytes > storage.total) {
    throw died(storage.type === "lvmthin" ? `lvcreate '${volid}' error:   Volume group "pve" has insufficient free space (${Math.floor((storage.total - usedOf(storage)) / GIB)} GiB).` : `unable to create image: No space left on device`);
  }
  storage.volumes.set(volid, bytes);
}

export function setDiskSize(vm: FakeVm, key: string, gib: number): void {
  vm.config[key] = (vm.config[key] ?? "").replace(/size=[^,]+/, `size=${gib}G`);
}
