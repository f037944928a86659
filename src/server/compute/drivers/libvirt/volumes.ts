import type { CallOptions, VmHardware } from "../driver.ts";
import { DriverError } from "../errors.ts";
import { changing, lookAgain, reading, type Session } from "./session.ts";
import { BUILDING, NO_VOLUME, says } from "./virsh-errors.ts";
import { parseXml, textAt, first, writeXml, xml } from "./xml.ts";

/** A file, or what a pool has for files, by its pool and name, or by its path. */
export type VolumeName = { pool: string; volume: string } | { path: string };

export interface Volume {
  capacityBytes: number;
  allocationBytes: number;
  format: string;
  path: string;
  /** the file that it refers to; null: none */
  backing: string | null;
}

/** A copy of an image takes as long as it takes; `call.signal` ends the wait. */
const COPY_TIMEOUT_MS = 6 * 60 * 60_000;
/** It reads the beginning of each file. */
const REFRESH_TIMEOUT_MS = 5 * 60_000;
export const GIB = 1_073_741_824;
const MIB = 1_048_576;
/** As often as this a disk can be made from a backup of a disk that was made from a backup, all of one size. */
const MOST_MORE_BYTES = 64 * MIB;
/** Pools that hold files: their volumes can be qcow2. Others hold raw blocks. */
const FILE_POOLS = new Set(["dir", "fs", "netfs", "gluster", "vstorage"]);

export function volumeArgs(name: VolumeName): string[] {
  return "path" in name ? ["--vol", name.path] : ["--pool", name.pool, "--vol", name.volume];
}

/** null: there is none */
export async function findVolume(session: Session, name: VolumeName, call: CallOptions): Promise<Volume | null> {
  try {
    const volume = parseXml(await session.virsh.run(["vol-dumpxml", ...volumeArgs(name)], reading(call)))[0];
    if (!volume) return null;
    return {
      capacityBytes: Number(textAt(volume, "capacity")),
      allocationBytes: Number(textAt(volume, "allocation")),
      format: first(volume, "target", "format")?.attributes["type"] ?? "raw",
      path: textAt(volume, "target", "path") ?? "",
      backing: textAt(volume, "backingStore", "path") || null,
    };
  } catch (error) {
    if (says(error, NO_VOLUME)) return null;
    throw error;
  }
}

/** @throws DriverError refused when the pool has no such image, even after it has looked again */
export async function findImage(session: Session, image: string, call: CallOptions): Promise<DiskSource> {
  const { pool } = session.host.settings;
  const name = { pool, volume: image };
  const what = `the image ${image}`;
  const found = await findVolume(session, name, call);
  if (found) return { name, found, what };
  await lookAround(session, pool, call);
  const late = await findVolume(session, name, call);
  if (!late) throw new DriverError("refused", `the storage pool ${pool} of ${session.host.name} has no image ${image}`);
  return { name, found: late, what };
}

/** A pool knows what libvirt has made in it, and what was there when it last looked. */
export async function lookAround(session: Session, pool: string, call: CallOptions): Promise<void> {
  await session.virsh.run(["pool-refresh", "--pool", pool], changing(call, REFRESH_TIMEOUT_MS));
}

export interface PoolFacts {
  /** of its volumes */
  format: "qcow2" | "raw";
  /** where its files are on the host; null: it has none */
  folder: string | null;
}

export async function poolFacts(session: Session, pool: string, call: CallOptions): Promise<PoolFacts> {
  return poolFactsFrom(await session.virsh.run(["pool-dumpxml", "--pool", pool], reading(call)));
}

export function poolFactsFrom(text: string): PoolFacts {
  const found = parseXml(text)[0];
  const hasFiles = FILE_POOLS.has(found?.attributes["type"] ?? "");
  return { format: hasFiles ? "qcow2" : "raw", folder: (hasFiles && found && textAt(found, "target", "path")) || null };
}

export async function poolFormat(session: Session, pool: string, call: CallOptions): Promise<"qcow2" | "raw"> {
  return (await poolFacts(session, pool, call)).format;
}

/** What a disk is made from: an image, or a backup. */
export interface DiskSource {
  name: { pool: string; volume: string };
  found: Volume;
  /** for sentences */
  what: string;
}

/**
 * The size of a disk. Always more than its source's: a copy has the source's size until it is whole and has been grown, so that nobody takes half a copy for
 * a disk. A backup of such a disk has that little more already.
 */
export function diskBytes(storageGb: number, source: Volume): number {
  const bytes = storageGb * GIB;
  const more = source.capacityBytes - bytes;
  return more >= 0 && more <= MOST_MORE_BYTES ? source.capacityBytes + MIB : bytes;
}

/** Makes a disk from its source and grows it. @throws refused: no space; unavailable or unknown: another may be at it */
export async function makeDisk(session: Session, disk: { pool: string; volume: string }, hardware: VmHardware, source: DiskSource, call: CallOptions): Promise<void> {
  const bytes = diskBytes(hardware.storageGb, source.found);
  const format = await poolFormat(session, disk.pool, call);
  // A backup can be deleted: nothing refers to it.
  if (hardware.cloneMode === "linked" && hardware.backup === null && format === "qcow2") {
    const linked = volumeXml(disk.volume, bytes, format, source.found);
    await session.virsh.run(["vol-create", "--pool", disk.pool, "--file", { file: linked }], changing(call));
    return;
  }
  await copyWhole(session, source, disk, format, call);
  await growVolume(session, disk, bytes, call);
}

/** Makes a volume that is another's content and refers to nothing, by the host itself; a call that is broken off does not end it. @throws refused: no space */
export async function copyWhole(session: Session, from: DiskSource, to: { pool: string; volume: string }, format: "qcow2" | "raw", call: CallOptions): Promise<void> {
  const copy = session.virsh.run(
    ["vol-create-from", "--pool", to.pool, "--file", { file: volumeXml(to.volume, from.found.capacityBytes, format, null) }, "--vol", from.name.volume, "--inputpool", from.name.pool],
    changing(call, COPY_TIMEOUT_MS),
  );
  await Promise.all([copy, reportCopy(session, to, from.found, call, copy)]);
}

/** Makes an empty volume. */
export async function makeEmpty(session: Session, name: { pool: string; volume: string }, bytes: number, format: "qcow2" | "raw", call: CallOptions): Promise<void> {
  await session.virsh.run(["vol-create", "--pool", name.pool, "--file", { file: volumeXml(name.volume, bytes, format, null) }], changing(call));
}

function volumeXml(name: string, bytes: number, format: string, backing: Volume | null): string {
  return writeXml(
    xml(
      "volume",
      {},
      xml("name", {}, name),
      xml("capacity", { unit: "bytes" }, String(bytes)),
      // Version 1.1 can grow while it has snapshots.
      xml("target", {}, xml("format", { type: format }), format === "qcow2" ? xml("compat", {}, "1.1") : null),
      backing && xml("backingStore", {}, xml("path", {}, backing.path), xml("format", { type: backing.format })),
    ),
  );
}

const REPORT_MS = 2_000;

/** Says how far the copy is, until it has ended. */
async function reportCopy(session: Session, disk: { pool: string; volume: string }, image: Volume, call: CallOptions, copy: Promise<unknown>): Promise<void> {
  const { report } = call;
  if (!report) return;
  const ended = copy.then(() => true, () => true);
  while (!(await Promise.race([ended, lookAgain(call, REPORT_MS).then(() => false, () => true)]))) {
    const volume = await findVolume(session, disk, call).catch(() => null);
    if (volume) report({ percent: Math.min(99, Math.round((100 * volume.allocationBytes) / Math.max(1, image.allocationBytes))), message: null });
  }
}

export async function growVolume(session: Session, name: VolumeName, bytes: number, call: CallOptions): Promise<void> {
  await session.virsh.run(["vol-resize", ...volumeArgs(name), "--capacity", `${bytes}B`], changing(call, COPY_TIMEOUT_MS));
}

/** Whether the host is writing it: libvirt refuses to touch it then, even without effect. */
export async function isBeingWritten(session: Session, name: VolumeName, volume: Volume, call: CallOptions): Promise<boolean> {
  try {
    await growVolume(session, name, volume.capacityBytes, call);
    return false;
  } catch (error) {
    if (says(error, BUILDING)) return true;
    if (says(error, NO_VOLUME)) return false;
    throw error;
  }
}

/** Waits while the host is still writing it. */
export async function deleteVolume(session: Session, name: VolumeName, call: CallOptions): Promise<void> {
  for (;;) {
    try {
      await session.virsh.run(["vol-delete", ...volumeArgs(name)], changing(call));
      return;
    } catch (error) {
      if (says(error, NO_VOLUME)) return;
      if (!says(error, BUILDING)) throw error;
    }
    await lookAgain(call);
  }
}

/** The volumes that we made for VMs, in all active pools of the host's own: those of `ref`, or of every one. */
export async function ourVolumes(session: Session, ref: string | null, call: CallOptions): Promise<OurVolume[]> {
  // In storage that hosts share stand the disks of VMs of other hosts too.
  if (session.host.settings.sharedStorage) return [];
  const pools = linesOf(await session.virsh.run([...OWN_POOLS], reading(call)));
  const lists = await session.virsh.ask(pools.map((pool) => ["vol-list", "--pool", pool]), { ...reading(call), tolerate: NO_POOL });
  return lists.flatMap((list, index) => volumesIn(list, pools[index] ?? "")).filter((each) => ref === null || each.ref === ref);
}

export interface OurVolume {
  ref: string;
  pool: string;
  volume: string;
}

/** Asks for the pools that are one host's alone, by their kinds. */
export const OWN_POOLS = ["pool-list", "--name", "--type", "dir,fs,logical,disk,zfs"] as const;
export const NO_POOL = /storage pool|failed to (?:get pool|list volumes)/i;

export function linesOf(text: string): string[] {
  return text.split("\n").map((line) => line.trim()).filter((line) => line !== "");
}

/** Reads the table of vol-list: names of ours have no space in them. Logs are rotated, disks restored (serial.ts, backup-restore.ts). */
export function volumesIn(list: string, pool: string): OurVolume[] {
  return [...list.matchAll(/^ ?(sy-vm_[0-9a-z]+?)(?:(?:\.qcow2|\.raw)(?:\.sy-restored)?|-seed\.iso|-console\.log(?:\.\d+)?)(?=\s)/gm)].map((match) => ({ ref: match[1] ?? "", pool, volume: match[0].trim() }));
}

export function serialLogName(ref: string): string {
  return `${ref}-console.log`;
}

/** The one that is being written, or one that was rotated. */
export function isSerialLog(volume: string): boolean {
  return /-console\.log(?:\.\d+)?$/.test(volume);
}

export function diskName(ref: string, format: string): string {
  return `${ref}.${format}`;
}

export function seedName(ref: string): string {
  return `${ref}-seed.iso`;
}
