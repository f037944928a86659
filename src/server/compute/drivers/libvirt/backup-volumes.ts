import type { CallOptions, VmBackupObservation } from "../driver.ts";
import { DriverError } from "../errors.ts";
import { reading, type Session } from "./session.ts";
import { BUILDING, NO_VOLUME, says } from "./virsh-errors.ts";
import { type DiskSource, findVolume, linesOf, lookAround, poolFacts } from "./volumes.ts";
import { parseXml, textAt } from "./xml.ts";

// A backup is volumes of the host's pool for backups, one for each disk, and an empty one that says that they are whole:
//   sy-backup-<name>.<when it was begun, ms>.<target of the disk>.qcow2
//   sy-backup-<name>.<when>.whole
// libvirt cannot rename volumes, and lets nobody see how a copy ended that was made for somebody else: so the mark comes last and by itself, and a copy
// without it counts for nothing. What begins anew has another time in its names: nobody can take the copy of one attempt for that of another.

/** One attempt to take a backup. */
export interface Attempt {
  name: string;
  takenAtMs: number;
  whole: boolean;
  disks: { target: string; volume: string }[];
}

const OURS = /^sy-backup-([A-Za-z][A-Za-z0-9_-]{0,39})\.(\d{1,15})\.(?:(whole)|([a-z]{1,10})\.qcow2)$/;
const MIB = 1_048_576;

export function backupVolume(name: string, takenAtMs: number, target: string): string {
  return `sy-backup-${name}.${takenAtMs}.${target}.qcow2`;
}

export function markVolume(name: string, takenAtMs: number): string {
  return `sy-backup-${name}.${takenAtMs}.whole`;
}

/** The attempt that a file or volume is of; null: of none */
export function attemptIn(path: string): { name: string; takenAtMs: number } | null {
  const match = OURS.exec(path.slice(path.lastIndexOf("/") + 1));
  return match ? { name: match[1] ?? "", takenAtMs: Number(match[2]) } : null;
}

/** Reads the table of vol-list. */
export function attemptsIn(list: string): Attempt[] {
  const found = new Map<string, Attempt>();
  for (const line of linesOf(list)) {
    const match = OURS.exec(line.split(/\s+/)[0] ?? "");
    if (!match) continue;
    const [volume, name = "", takenAt = "", mark, target] = match;
    const key = `${name}.${takenAt}`;
    const attempt = found.get(key) ?? { name, takenAtMs: Number(takenAt), whole: false, disks: [] };
    found.set(key, attempt);
    if (mark !== undefined) attempt.whole = true;
    else if (target !== undefined) attempt.disks.push({ target, volume });
  }
  // A mark without disks is what is left of one that was deleted.
  return [...found.values()].map((each) => ({ ...each, whole: each.whole && each.disks.length > 0 })).toSorted((a, b) => a.takenAtMs - b.takenAtMs);
}

/** The pool that takes backups, after it has looked around. @throws DriverError refused: there is none, it is not a folder, or not active */
export async function backupPool(session: Session, call: CallOptions): Promise<string> {
  const { backupPool: pool, domainType } = session.host.settings;
  if (domainType !== null && domainType !== "kvm" && domainType !== "qemu") throw new DriverError("refused", `libvirt makes no backups of VMs of ${domainType}, only of KVM's and QEMU's`);
  if (pool === null) throw new DriverError("refused", `${session.host.name} has no storage pool for backups`);
  try {
    if ((await poolFacts(session, pool, call)).folder === null) throw new DriverError("refused", `the storage pool ${pool} of ${session.host.name} holds no files, so it takes no backups`);
    await lookAround(session, pool, call);
  } catch (error) {
    // Somebody copies into it: what libvirt has made itself it knows without looking. Or a file was deleted meanwhile.
    if (!says(error, BUILDING) && !says(error, NO_VOLUME)) throw error;
  }
  return pool;
}

/** What is in the pool: of one name, or of all. */
export async function attempts(session: Session, pool: string, name: string | null, call: CallOptions): Promise<Attempt[]> {
  const found = attemptsIn(await session.virsh.run(["vol-list", "--pool", pool], reading(call)));
  return name === null ? found : found.filter((each) => each.name === name);
}

/** The complete backup of a name: the first, should there be several. */
export async function findBackup(session: Session, pool: string, name: string, call: CallOptions): Promise<Attempt | null> {
  return (await attempts(session, pool, name, call)).find((each) => each.whole) ?? null;
}

/** @throws DriverError refused: there is no such backup */
export async function backupNamed(session: Session, pool: string, name: string, call: CallOptions): Promise<Attempt> {
  const found = await findBackup(session, pool, name, call);
  if (!found) throw new DriverError("refused", `${session.host.name} has no backup ${name}`);
  return found;
}

/** How large the copies are on the host, in the order of `backups`. */
export async function observeBackups(session: Session, pool: string, backups: readonly Attempt[], call: CallOptions): Promise<VmBackupObservation[]> {
  const volumes = backups.flatMap(({ disks }) => disks.map(({ volume }) => volume));
  const told = await session.virsh.ask(volumes.map((volume) => ["vol-dumpxml", "--pool", pool, "--vol", volume]), { ...reading(call), tolerate: NO_VOLUME });
  const bytes = new Map(volumes.map((volume, index) => [volume, bytesOf(told[index] ?? "")]));
  return backups.map(({ name, takenAtMs, disks }) => {
    const sizes = disks.map(({ volume }) => bytes.get(volume) ?? Number.NaN);
    const total = sizes.reduce((sum, size) => sum + size, 0);
    return { name, takenAt: new Date(takenAtMs), sizeMb: Number.isNaN(total) ? null : Math.ceil(total / MIB) };
  });
}

/** The length of the file: what the file system has set aside for it still changes after it is written. */
function bytesOf(text: string): number {
  const volume = text.trim() === "" ? undefined : parseXml(text)[0];
  return volume ? Number(textAt(volume, "physical") ?? textAt(volume, "allocation")) : Number.NaN;
}

/** What a new VM's disk is made from. @throws DriverError refused: there is no such backup, or it is of a VM with several disks */
export async function diskOfBackup(session: Session, name: string, call: CallOptions): Promise<DiskSource> {
  const pool = await backupPool(session, call);
  const { disks } = await backupNamed(session, pool, name, call);
  const [disk] = disks;
  if (!disk || disks.length > 1) throw new DriverError("refused", `the backup ${name} is of a VM with ${disks.length} disks; a new VM has one`);
  const found = await findVolume(session, { pool, volume: disk.volume }, call);
  if (!found) throw new DriverError("refused", `the backup ${name} has just been deleted`);
  return { name: { pool, volume: disk.volume }, found, what: `the backup ${name}` };
}
