import type { CallOptions } from "../driver.ts";
import { DriverError } from "../errors.ts";
import { type Attempt, backupNamed, backupPool } from "./backup-volumes.ts";
import { type OwnDisk, ownVolumes } from "./disks.ts";
import { withDisk } from "./domain-xml.ts";
import { define, type Machine, machine } from "./machine.ts";
import { changing, reading, type Session } from "./session.ts";
import { NO_SNAPSHOT, snapshotNames } from "./snapshots.ts";
import { says } from "./virsh-errors.ts";
import { withNotes } from "./vm-notes.ts";
import { copyWhole, deleteVolume, findVolume, growVolume, poolFormat } from "./volumes.ts";

const SUFFIX = ".sy-restored";

interface Replacement {
  disk: OwnDisk;
  to: { pool: string; volume: string };
  format: "qcow2" | "raw";
}

/**
 * The copy lies beside the disk until it is whole; then the VM's description names it instead of the disk, and the disk goes. The VM always has one disk or
 * the other: whoever comes after an interruption begins anew, with what is left of a copy deleted.
 */
export async function restoreBackup(session: Session, ref: string, name: string, call: CallOptions): Promise<void> {
  const vm = await stopped(session, ref, call);
  const pool = await backupPool(session, call);
  const backup = await backupNamed(session, pool, name, call);
  const replacements = await plan(session, vm, backup, call);
  try {
    for (const { disk, to, format } of replacements) await copyBack(session, pool, backup, disk, to, format, call);
    await exchange(session, ref, replacements, call);
  } catch (error) {
    if (error instanceof DriverError && !error.retryable) await tidy(session, ref, replacements, call);
    throw error;
  }
  await forgetSnapshots(session, vm, call);
  for (const { disk } of replacements) await deleteVolume(session, disk.source.name, call);
}

async function stopped(session: Session, ref: string, call: CallOptions): Promise<Machine> {
  const vm = await machine(session, ref, call);
  if (vm.power !== "stopped") throw new DriverError("refused", "the VM runs; a backup is restored while it is stopped");
  if (vm.busy !== null) throw new DriverError("unavailable", `another task has the VM: ${vm.busy}`);
  return vm;
}

/** A disk has one of two names. */
export function otherName(volume: string): string {
  return volume.endsWith(SUFFIX) ? volume.slice(0, -SUFFIX.length) : `${volume}${SUFFIX}`;
}

/** @throws DriverError refused: the VM has other disks than then, or there is no room beside them */
async function plan(session: Session, vm: Machine, backup: Attempt, call: CallOptions): Promise<Replacement[]> {
  const disks = await ownVolumes(session, vm.definition, call);
  const [now, then] = [disks, backup.disks].map((each) => each.map(({ target }) => target).toSorted().join(", "));
  if (now !== then) throw new DriverError("refused", `the VM has the disks ${now}, the backup ${backup.name} has ${then}`);
  const replacements: Replacement[] = [];
  for (const disk of disks) {
    const { pool, volume } = disk.source.name;
    replacements.push({ disk, to: { pool, volume: otherName(volume) }, format: await poolFormat(session, pool, call) });
  }
  return replacements;
}

async function copyBack(session: Session, pool: string, backup: Attempt, disk: OwnDisk, to: { pool: string; volume: string }, format: "qcow2" | "raw", call: CallOptions): Promise<void> {
  const name = { pool, volume: backup.disks.find(({ target }) => target === disk.target)?.volume ?? "" };
  const found = await findVolume(session, name, call);
  if (!found) throw new DriverError("refused", `the backup ${backup.name} has just been deleted`);
  // Of a call that was interrupted; one that the host still writes is waited for.
  await deleteVolume(session, to, call);
  const info = await session.virsh.run(["pool-info", "--pool", to.pool, "--bytes"], reading(call));
  const free = Number(/^Available\s*:\s*(\d+)/m.exec(info)?.[1] ?? Number.NaN);
  if (found.allocationBytes > free) throw new DriverError("refused", `the storage pool ${to.pool} of ${session.host.name} has no space for the restored disk beside the present one`);
  call.report?.({ percent: 0, message: `copying ${disk.target} from the backup` });
  await copyWhole(session, { name, found, what: `the backup ${backup.name}` }, to, format, call);
  const { capacityBytes } = disk.source.found;
  if (found.capacityBytes < capacityBytes) await growVolume(session, to, capacityBytes, call);
}

async function exchange(session: Session, ref: string, replacements: readonly Replacement[], call: CallOptions): Promise<void> {
  const vm = await stopped(session, ref, call);
  const changed = replacements.reduce((domain, { disk, to, format }) => withDisk(domain, disk.target, to, format), vm.definition);
  const own = replacements.find(({ disk }) => disk.source.name.pool === vm.notes?.pool && disk.source.name.volume === vm.notes.volume);
  await define(session, vm.notes && own ? withNotes(changed, { ...vm.notes, volume: own.to.volume }) : changed, call);
}

/** They were inside the disk that is gone, as was what a saved memory belongs to. */
async function forgetSnapshots(session: Session, vm: Machine, call: CallOptions): Promise<void> {
  await session.virsh.run(["managedsave-remove", "--domain", vm.address], changing(call));
  for (const name of await snapshotNames(session, vm, call)) {
    try {
      await session.virsh.run(["snapshot-delete", "--domain", vm.address, "--snapshotname", name, "--metadata"], changing(call));
    } catch (error) {
      if (!says(error, NO_SNAPSHOT)) throw error;
    }
  }
}

/** After a refusal the VM is as it was, and the copies are gone. */
async function tidy(session: Session, ref: string, replacements: readonly Replacement[], call: CallOptions): Promise<void> {
  try {
    for (const { to } of replacements) await deleteVolume(session, to, call);
  } catch (error) {
    session.log.warn({ err: error, ref, host: session.host.name }, "libvirt: what a refused restore has copied was left behind");
  }
}
