import type { CallOptions, VmBackupObservation } from "../driver.ts";
import { DriverError } from "../errors.ts";
import { type BackupRow, backupRows, storageStatus, volumeAttributes } from "./answers.ts";
import { ProxmoxError } from "./errors.ts";
import { apiPath } from "./form.ts";
import { finish } from "./hardware.ts";
import { isHere, type Place } from "./look.ts";
import type { Session } from "./session.ts";

/**
 * Backups of ours on the host's storage for them. Proxmox names archives itself; ours is the first line of an archive's notes, which Proxmox writes when the
 * archive is complete, and so is the mark of completeness too.
 */
const OURS = /^switchyard ([A-Za-z][A-Za-z0-9_-]{0,39})$/;
const MIB = 1024 ** 2;
/** Proxmox Backup Server answers slowly when it has a lot. */
const CONTENT_MS = 60_000;

export function notesOf(name: string): string {
  return `switchyard ${name}`;
}

function nameOf(row: BackupRow): string | null {
  return OURS.exec(row.notes?.split("\n")[0]?.trim() ?? "")?.[1] ?? null;
}

/** @throws DriverError refused where the host's settings name none */
export function backupStorage(session: Session): string {
  const { backupStorage: storage } = session.place.settings;
  if (storage === undefined) throw new DriverError("refused", `${session.hostName} takes no backups: set its storage for them`);
  return storage;
}

/** Complete archives of ours, by name. @param vmid only of the VM with this number */
export async function backupVolumes(session: Session, call: CallOptions, vmid?: number): Promise<{ name: string; row: BackupRow }[]> {
  const rows = await session.client.get(apiPath`/nodes/${session.place.node}/storage/${backupStorage(session)}/content`, { content: "backup", vmid }, backupRows, { ...call, timeoutMs: CONTENT_MS });
  return rows.flatMap((row) => {
    const name = nameOf(row);
    return name === null ? [] : [{ name, row }];
  });
}

/** Archives of this name, the oldest first: two processes that take the same at once make two, and the oldest counts. */
export async function volumesNamed(session: Session, name: string, call: CallOptions, vmid?: number): Promise<BackupRow[]> {
  const rows = (await backupVolumes(session, call, vmid)).filter((each) => each.name === name).map(({ row }) => row);
  return rows.toSorted((a, b) => (a.ctime ?? 0) - (b.ctime ?? 0) || (a.volid < b.volid ? -1 : 1));
}

/** @throws DriverError refused */
export async function mustHaveBackup(session: Session, name: string, call: CallOptions): Promise<BackupRow> {
  const [row] = await volumesNamed(session, name, call);
  if (!row) throw new DriverError("refused", `${session.hostName} has no backup ${name}`);
  return row;
}

export function backupObservation(name: string, row: BackupRow): VmBackupObservation {
  return { name, takenAt: new Date((row.ctime ?? 0) * 1_000), sizeMb: row.size === undefined ? null : Math.ceil(row.size / MIB) };
}

export async function fullNotes(session: Session, volid: string, call: CallOptions): Promise<string> {
  return (await session.client.get(volumePath(session, volid), {}, volumeAttributes, call)).notes ?? "";
}

export async function changeVolume(session: Session, volid: string, attributes: { notes?: string; protected?: boolean }, call: CallOptions): Promise<void> {
  await session.client.change("PUT", volumePath(session, volid), attributes, call);
}

/** Takes an archive away; nothing happens when it is gone. What is protected, which ours are, cannot be removed before it is unprotected. */
export async function removeVolume(session: Session, row: BackupRow, call: CallOptions): Promise<void> {
  try {
    if (row.protected) await changeVolume(session, row.volid, { protected: false }, call);
    await finish(session, await session.client.change("DELETE", volumePath(session, row.volid), {}, call), call);
  } catch (error) {
    if (!(error instanceof ProxmoxError && /does not exist|no such (file|volume|snapshot)|not found/i.test(error.message))) throw error;
  }
}

/** A VM that was moved to another node writes and reads there: on a storage that is not shared that is another place. @throws DriverError refused */
export async function mustBeReached(session: Session, vm: Place, call: CallOptions): Promise<void> {
  if (isHere(session, vm)) return;
  const storage = backupStorage(session);
  const { shared } = await session.client.get(apiPath`/nodes/${session.place.node}/storage/${storage}/status`, {}, storageStatus, call);
  if (!shared) throw new DriverError("refused", `the VM is on ${vm.node} now, and storage ${storage} is not shared with it`);
}

function volumePath(session: Session, volid: string): string {
  return apiPath`/nodes/${session.place.node}/storage/${backupStorage(session)}/content/${volid}`;
}
