import { join } from "node:path";
import type { VmBackupObservation } from "../driver.ts";
import type { DiskContent, Machine } from "./machine.ts";
import { listStates, readState, writeState } from "./state-files.ts";

/** A backup in a simulated host's place for them, apart from all VMs. One that was deleted leaves a note of when. */
interface BackupFile {
  exists: boolean;
  takenAt: number;
  deletedAt: number | null;
  sizeMb: number;
  storageGb: number;
  disk: DiskContent;
}

export interface StoredBackup extends VmBackupObservation {
  storageGb: number;
  disk: DiskContent;
}

const FOLDER = ".backups";

/** A disk as it is stored: what is empty takes no room. */
export function diskSizeMb(storageGb: number): number {
  return Math.round(storageGb * 12 + 40);
}

/**
 * A VM's file says when its backup will be complete. Whoever looks at the VM after that puts the copy here, before anything else happens to the file; so
 * a backup that was broken off never is one, and a process that is killed loses none.
 */
export function keepFinishedBackup(folder: string, { hardware, passwords, files, task }: Machine, now: number): void {
  if (task?.kind !== "takeBackup" || task.backup === undefined || task.futile || now < task.finishAt) return;
  const its = join(folder, FOLDER, task.backup);
  const found = readState<BackupFile>(its);
  if (found && (found.state.exists || (found.state.deletedAt ?? 0) > task.beganAt)) return;
  const file: BackupFile = { exists: true, takenAt: task.beganAt, deletedAt: null, sizeMb: diskSizeMb(hardware.storageGb), storageGb: hardware.storageGb, disk: { files, passwords } };
  writeState(its, found?.version ?? 0, file);
}

/** null: there is none, or it is not complete. */
export function storedBackup(folder: string, name: string): StoredBackup | null {
  const state = readState<BackupFile>(join(folder, FOLDER, name))?.state;
  return state?.exists ? { name, takenAt: new Date(state.takenAt), sizeMb: state.sizeMb, storageGb: state.storageGb, disk: state.disk } : null;
}

/** Oldest first. */
export function storedBackups(folder: string): StoredBackup[] {
  return listStates(join(folder, FOLDER))
    .flatMap((name) => storedBackup(folder, name) ?? [])
    .sort((one, other) => one.takenAt.getTime() - other.takenAt.getTime());
}

export function removeBackup(folder: string, name: string, now: number): void {
  const its = join(folder, FOLDER, name);
  for (;;) {
    const found = readState<BackupFile>(its);
    if (!found?.state.exists) return;
    if (writeState(its, found.version, { ...found.state, exists: false, deletedAt: now, disk: { files: {}, passwords: {} } })) return;
  }
}
