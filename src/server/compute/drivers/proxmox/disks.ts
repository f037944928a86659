import type { VmConfig } from "./answers.ts";
import { parseProperties, parseSize } from "./property-string.ts";

const BUS = /^(scsi|virtio|sata|ide)\d+$/;
const GIB = 1024 ** 3;

export interface Disk {
  /** scsi0 */
  key: string;
  /** of the volume; null: none stands before its colon */
  storage: string | null;
  volume: string;
  bytes: number | null;
}

/** The disk that a VM boots from: the first of the boot order that is one, else the first of all. */
export function bootDisk(config: VmConfig): Disk | null {
  const order = /order=([^,]+)/.exec(String(config.boot ?? ""))?.[1]?.split(";") ?? [];
  const keys = [...order, ...(typeof config.bootdisk === "string" ? [config.bootdisk] : []), "scsi0", "virtio0", "sata0", "ide0"];
  for (const key of keys) {
    const disk = BUS.test(key) ? diskOf(config, key) : null;
    if (disk) return disk;
  }
  return null;
}

function diskOf(config: VmConfig, key: string): Disk | null {
  const text = config[key];
  if (typeof text !== "string") return null;
  const { main, options } = parseProperties(text);
  const volume = main ?? options.get("file");
  if (volume === undefined || volume === "none" || options.get("media") === "cdrom") return null;
  const colon = volume.indexOf(":");
  return { key, volume, storage: colon > 0 ? volume.slice(0, colon) : null, bytes: parseSize(options.get("size") ?? "") };
}

export function diskGb(disk: Disk | null): number | null {
  return disk?.bytes == null ? null : Math.ceil(disk.bytes / GIB);
}

/** CD drives: key → volume (`none` when empty). */
export function cdroms(config: VmConfig): Map<string, string> {
  const found = new Map<string, string>();
  for (const [key, text] of Object.entries(config)) {
    if (!BUS.test(key) || typeof text !== "string") continue;
    const { main, options } = parseProperties(text);
    const volume = main ?? options.get("file");
    if (volume !== undefined && options.get("media") === "cdrom") found.set(key, volume);
  }
  return found;
}

/** Proxmox's own cloud-init drive: `local-lvm:vm-100-cloudinit,media=cdrom`. */
export function isCloudInitDrive(volume: string): boolean {
  return /(^|[:/])vm-\d+-cloudinit(\.\w+)?$/.test(volume) || volume.endsWith(":cloudinit");
}
