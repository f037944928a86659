import type { CallOptions, VmBackupObservation } from "../driver.ts";
import { DriverError } from "../errors.ts";
import { beginJob, endJobs, followJob, isBusy, runningAttempt, thaw } from "./backup-job.ts";
import { type Attempt, attempts, backupPool, backupVolume, findBackup, markVolume, observeBackups } from "./backup-volumes.ts";
import { type OwnDisk, ownVolumes } from "./disks.ts";
import { type Machine, machine } from "./machine.ts";
import { lookAgain, reading, type Session } from "./session.ts";
import { says } from "./virsh-errors.ts";
import { copyWhole, deleteVolume, findVolume, isBeingWritten, makeEmpty } from "./volumes.ts";

/** A copy that has been whole, or given up, for so long without its mark gets none any more. */
const ABANDONED_MS = 3_000;
const EXISTS = /exists already|already exists/i;

/**
 * A running VM is copied by QEMU (push mode), a stopped one by the host's own copying of volumes; both whole, without a backing file. What is found is
 * where it goes on: a complete backup is the answer, a job of this name is joined, a copy without its mark is deleted when nobody is at it any more.
 */
export async function takeBackup(session: Session, ref: string, name: string, call: CallOptions): Promise<VmBackupObservation> {
  const pool = await backupPool(session, call);
  try {
    for (;;) {
      const found = await attempts(session, pool, name, call);
      const whole = found.find((each) => each.whole);
      if (whole) return await observeWhole(session, pool, whole, found, call);
      const vm = await machine(session, ref, call);
      const job = vm.power === "stopped" ? null : await runningAttempt(session, vm.address, call);
      if (job?.name === name) {
        // Who began it may have been killed before the guest was thawed.
        if (vm.power === "running") await thaw(session, vm);
        await finishJob(session, pool, vm, job, call);
      } else if (found.length > 0) await clear(session, pool, vm, found, call);
      else if (vm.busy !== null) await lookAgain(call);
      else await begin(session, pool, vm, { name, takenAtMs: Date.now() }, call);
    }
  } catch (error) {
    if (error instanceof DriverError && !error.retryable) await tidy(session, pool, name, call);
    throw error;
  }
}

async function observeWhole(session: Session, pool: string, whole: Attempt, found: readonly Attempt[], call: CallOptions): Promise<VmBackupObservation> {
  for (const other of found) if (other !== whole) await remove(session, pool, other, call);
  const [observed] = await observeBackups(session, pool, [whole], call);
  if (!observed) throw new DriverError("unavailable", `the backup ${whole.name} has just been deleted`);
  return observed;
}

async function begin(session: Session, pool: string, vm: Machine, attempt: { name: string; takenAtMs: number }, call: CallOptions): Promise<void> {
  const disks = await ownVolumes(session, vm.definition, call);
  await checkRoom(session, pool, disks, call);
  call.report?.({ percent: 0, message: `copying ${disks.map(({ target }) => target).join(", ")} to the pool ${pool}` });
  try {
    if (vm.power === "stopped") {
      for (const disk of disks) await copyWhole(session, disk.source, { pool, volume: backupVolume(attempt.name, attempt.takenAtMs, disk.target) }, "qcow2", call);
      await mark(session, pool, attempt, call);
      return;
    }
    const targets: { target: string; path: string }[] = [];
    for (const { target, source } of disks) {
      const volume = { pool, volume: backupVolume(attempt.name, attempt.takenAtMs, target) };
      await makeEmpty(session, volume, source.found.capacityBytes, "qcow2", call);
      targets.push({ target, path: (await findVolume(session, volume, call))?.path ?? "" });
    }
    await beginJob(session, vm, targets, call);
  } catch (error) {
    // Another caller of the same name was quicker, or another task of the VM: the next look tells.
    if (!isBusy(error) && !says(error, EXISTS)) throw error;
    await lookAgain(call);
    return;
  }
  await finishJob(session, pool, vm, attempt, call);
}

/** What can never fit; a disk that others fill meanwhile shows in the copy. @throws DriverError refused */
async function checkRoom(session: Session, pool: string, disks: readonly OwnDisk[], call: CallOptions): Promise<void> {
  const info = await session.virsh.run(["pool-info", "--pool", pool, "--bytes"], reading(call));
  const free = Number(/^Available\s*:\s*(\d+)/m.exec(info)?.[1] ?? Number.NaN);
  const needed = disks.reduce((sum, { source, backingBytes }) => sum + Math.min(source.found.capacityBytes, source.found.allocationBytes + backingBytes), 0);
  if (needed > free) throw new DriverError("refused", `the storage pool ${pool} of ${session.host.name} has no space for this backup: ${needed} bytes are needed, ${free} are free`);
}

async function finishJob(session: Session, pool: string, vm: Machine, attempt: { name: string; takenAtMs: number }, call: CallOptions): Promise<void> {
  const end = await followJob(session, vm, attempt, call);
  if (end === "completed") await mark(session, pool, attempt, call);
  else if (end === "ended" && (await machine(session, vm.ref, call)).power !== "stopped") throw new DriverError("refused", `the backup ${attempt.name} was broken off`);
}

/** From here on it counts. */
async function mark(session: Session, pool: string, attempt: { name: string; takenAtMs: number }, call: CallOptions): Promise<void> {
  const gone = (): DriverError => new DriverError("refused", `the backup ${attempt.name} was deleted while it was taken`);
  const same = (await attempts(session, pool, attempt.name, call)).find((each) => each.takenAtMs === attempt.takenAtMs);
  if (!same) throw gone();
  try {
    await makeEmpty(session, { pool, volume: markVolume(attempt.name, attempt.takenAtMs) }, 0, "raw", call);
  } catch (error) {
    if (!says(error, EXISTS)) throw error;
  }
  if (!(await findBackup(session, pool, attempt.name, call))) throw gone();
}

/** Waits until nobody writes copies without a mark, and whoever made them has had the time to mark them; then they are deleted. */
async function clear(session: Session, pool: string, vm: Machine, found: readonly Attempt[], call: CallOptions): Promise<void> {
  for (const { disks } of found) {
    for (const { volume } of disks) {
      for (;;) {
        const copy = await findVolume(session, { pool, volume }, call);
        if (!copy || !(await isBeingWritten(session, { pool, volume }, copy, call))) break;
        call.report?.({ percent: null, message: null });
        await lookAgain(call);
      }
    }
  }
  await lookAgain(call, ABANDONED_MS);
  const [name = ""] = found.map((each) => each.name);
  const later = await attempts(session, pool, name, call);
  if (later.some((each) => each.whole) || (await runningAttempt(session, vm.address, call))?.name === name) return;
  const same = new Set(found.map((each) => each.takenAtMs));
  for (const attempt of later) if (same.has(attempt.takenAtMs)) await remove(session, pool, attempt, call);
}

/** The mark first: what is left half-way counts for nothing. */
async function remove(session: Session, pool: string, attempt: Attempt, call: CallOptions): Promise<void> {
  await deleteVolume(session, { pool, volume: markVolume(attempt.name, attempt.takenAtMs) }, call);
  for (const { volume } of attempt.disks) await deleteVolume(session, { pool, volume }, call);
}

/** After a refusal nothing is left of it; where that fails too, whoever deletes the backup removes it. */
async function tidy(session: Session, pool: string, name: string, call: CallOptions): Promise<void> {
  try {
    for (const attempt of await attempts(session, pool, name, call)) if (!attempt.whole) await remove(session, pool, attempt, call);
  } catch (error) {
    session.log.warn({ err: error, name, host: session.host.name }, "libvirt: a backup that could not be taken was left behind");
  }
}

export async function listBackups(session: Session, call: CallOptions): Promise<VmBackupObservation[]> {
  const pool = await backupPool(session, call);
  const names = new Set<string>();
  const whole = (await attempts(session, pool, null, call)).filter((each) => each.whole && !names.has(each.name) && names.add(each.name));
  return observeBackups(session, pool, whole, call);
}

/** libvirt cannot end its own copying of volumes (of a stopped VM): that one is waited for. */
export async function deleteBackup(session: Session, name: string, call: CallOptions): Promise<void> {
  const pool = await backupPool(session, call);
  await endJobs(session, name, call);
  // A copy that was asked for just before its maker was stopped begins only now.
  for (let looks = 0; looks < 2; looks += 1) for (const attempt of await attempts(session, pool, name, call)) await remove(session, pool, attempt, call);
}
