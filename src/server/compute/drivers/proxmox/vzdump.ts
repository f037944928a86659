import type { CallOptions } from "../driver.ts";
import { backupStorage, changeVolume, notesOf, volumesNamed } from "./backup-volumes.ts";
import type { ProxmoxVersion } from "./client.ts";
import { errorOfTask, ProxmoxError } from "./errors.ts";
import { apiPath, type Params } from "./form.ts";
import { configOf, type Place, vmPath } from "./look.ts";
import { withNote } from "./notes.ts";
import type { Session } from "./session.ts";
import { followTask, isUpid } from "./tasks.ts";

/** Which backup of a VM is being taken: its archive has no name before it is complete, and the task's own name has only the VM's number. */
export const BACKUP_NOTE = "backup";
const FAILURE = /^ERROR: Backup of VM \d+ failed - (.+)$/;
const ARCHIVE = /creating (?:vzdump|Proxmox Backup Server) archive '([^']+)'/;

/**
 * One archive of a VM, which goes on meanwhile. Protected, for two reasons: backup jobs of the host's own prune by the VM's number and do not spare
 * archives of others, and a storage with a retention of its own refuses further archives that are not protected, once it has so many.
 * @throws ProxmoxError with the reason that stands in the task's log
 */
export async function takeArchive(session: Session, vm: Place, name: string, call: CallOptions): Promise<void> {
  const storage = backupStorage(session);
  const { description } = await configOf(session, vm, call);
  await session.client.change("PUT", `${vmPath(vm)}/config`, { description: withNote(String(description ?? ""), BACKUP_NOTE, name) }, call);
  const params: Params = {
    vmid: String(vm.vmid),
    storage,
    mode: "snapshot",
    compress: "zstd",
    // What is too much, and when, is decided here alone.
    remove: false,
    protected: true,
    "notes-template": notesOf(name),
    ...(canBeQuiet(await session.client.version(call)) ? { "notification-mode": "legacy-sendmail" } : {}),
  };
  const said: string[] = [];
  const upid = await session.client.change("POST", apiPath`/nodes/${vm.node}/vzdump`, params, call);
  // Proxmox answers "OK" when the VM is on another node by now.
  if (!isUpid(upid)) throw new ProxmoxError("not_found", "absent", `VM ${vm.vmid} is not on ${vm.node} any more`);
  const end = await followTask(session, upid, {
    ...call,
    report(progress) {
      if (progress.message !== null) said.push(progress.message);
      call.report?.(progress);
    },
  });
  if (end.kind === "failed") throw failureOf(said, end.error);
  if (end.kind === "done") await nameArchive(session, storage, vm, name, said, call);
}

/** "legacy-sendmail" without an address tells nobody; otherwise the host's administrators get a mail for every backup of every customer. Known since 8.2. */
function canBeQuiet({ major, text }: ProxmoxVersion): boolean {
  return major > 8 || (major === 8 && Number(text.split(".")[1] ?? 0) >= 2);
}

/** The task itself only says "job errors". */
function failureOf(said: readonly string[], error: ProxmoxError): ProxmoxError {
  const reason = said.map((line) => FAILURE.exec(line)?.[1]).findLast((text) => text !== undefined);
  return reason === undefined ? error : errorOfTask("vzdump", reason);
}

/** That the notes could not be written is a warning to Proxmox, and the archive is nobody's then. */
async function nameArchive(session: Session, storage: string, vm: Place, name: string, said: readonly string[], call: CallOptions): Promise<void> {
  if ((await volumesNamed(session, name, call, vm.vmid)).length > 0) return;
  const path = said.map((line) => ARCHIVE.exec(line)?.[1]).findLast((text) => text !== undefined);
  if (path === undefined) throw new ProxmoxError("unknown", "other", `${session.hostName} does not say where backup ${name} is`);
  // A file's path, or the path of a snapshot within a backup server.
  const volume = path.startsWith("/") ? path.slice(path.lastIndexOf("/") + 1) : path;
  await changeVolume(session, `${storage}:backup/${volume}`, { notes: notesOf(name) }, call);
}
