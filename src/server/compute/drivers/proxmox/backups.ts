import type { Backups } from "../capabilities.ts";
import type { CallOptions } from "../driver.ts";
import { DriverError } from "../errors.ts";
import { type BackupRow, nodeRows, type TaskRow } from "./answers.ts";
import { backupObservation, backupVolumes, mustBeReached, removeVolume, volumesNamed } from "./backup-volumes.ts";
import { bring } from "./bring.ts";
import { ProxmoxError } from "./errors.ts";
import { apiPath } from "./form.ts";
import { configOf } from "./look.ts";
import { noteOf } from "./notes.ts";
import { restoreCall } from "./restoration.ts";
import type { Session } from "./session.ts";
import { activeTasksOfType, followTask } from "./tasks.ts";
import { BACKUP_NOTE, takeArchive } from "./vzdump.ts";

export function backupCalls(session: Session): Backups {
  return {
    async takeBackup(ref, name, call) {
      let taken: BackupRow[] = [];
      await bring(session, ref, call, async (vm) => {
        if (!vm) throw new DriverError("not_found", `${session.hostName} has no ${ref}`);
        // While its task runs the archive may be there, but the VM is not free yet.
        if (vm.tasks.length === 0 && vm.lock === null) taken = await volumesNamed(session, name, call, vm.vmid);
        if (taken.length > 0) return "reached";
        return {
          async ask(now) {
            await mustBeReached(session, now, call);
            await takeArchive(session, now, name, call);
            return null;
          },
        };
      });
      const [row, ...others] = taken;
      if (!row) throw new ProxmoxError("unknown", "other", `${session.hostName} does not show backup ${name}`);
      for (const each of others) await removeVolume(session, each, call);
      return backupObservation(name, row);
    },

    async listBackups(call) {
      const rows = await backupVolumes(session, call);
      return rows.map(({ name, row }) => backupObservation(name, row)).toSorted((a, b) => a.takenAt.getTime() - b.takenAt.getTime());
    },

    restoreBackup: restoreCall(session),

    async deleteBackup(name, call) {
      for (const task of await tasksOf(session, name, call)) {
        await session.client.change("DELETE", apiPath`/nodes/${task.node}/tasks/${task.upid}`, {}, call).catch(unlessEnded);
        await followTask(session, task.upid, call);
      }
      for (const row of await volumesNamed(session, name, call)) await removeVolume(session, row, call);
    },
  };
}

/** Tasks that are taking the backup: of our user, on the VM whose notes name it. On any node: the VM may have been on another. */
async function tasksOf(session: Session, name: string, call: CallOptions): Promise<TaskRow[]> {
  const { credentials } = session.place;
  const user = "tokenId" in credentials ? credentials.tokenId : `${credentials.username}@${credentials.realm}`;
  const nodes = await session.client.get("/nodes", {}, nodeRows, call);
  const found: TaskRow[] = [];
  for (const { node } of nodes.filter((each) => each.status === "online")) {
    for (const task of await activeTasksOfType(session, node, "vzdump", call)) {
      if (task.user !== user || !/^\d+$/.test(task.id ?? "")) continue;
      const config = await configOf(session, { node, vmid: Number(task.id) }, call).catch(unlessAbsent);
      if (config && noteOf(String(config.description ?? ""), BACKUP_NOTE) === name) found.push(task);
    }
  }
  return found;
}

function unlessAbsent(error: unknown): null {
  if (error instanceof ProxmoxError && error.reason === "absent") return null;
  throw error;
}

function unlessEnded(error: unknown): void {
  if (!(error instanceof ProxmoxError && error.reason === "no_task")) throw error;
}
