import { type Runtime, transact } from "#server/infra/runtime.ts";
import type { Host } from "#server/infra/prisma/client.ts";
import { callDriver } from "../drivers/call.ts";
import { driverOf } from "../drivers/registry.ts";
import { hostsInService } from "../repository.ts";
import { hasPlaceForBackups } from "./backup-host.ts";
import { strayBackups } from "./backup-repository.ts";

const LIST_TIMEOUT_MS = 60_000;
const DELETE_TIMEOUT_MS = 30 * 60_000;
/** An operation that ended a moment ago may be tried again, with the same backup. */
const REST_MS = 60 * 60_000;
/** How often the worker looks. */
export const SWEEP_MS = 60 * 60_000;

/**
 * Removes copies that nobody here knows of any more: a call whose answer was lost can still arrive at a hypervisor after its operation was undone. A place for
 * backups may be shared with other hosts and with other installations, so only what an operation of ours took is removed, never what is merely unknown.
 * @returns how many were removed
 */
export async function sweepBackups(rt: Runtime): Promise<number> {
  const hosts = (await hostsInService(rt)).filter((host) => hasPlaceForBackups(rt, host));
  // All at once: one that hangs delays nobody.
  const removed = await Promise.all(hosts.map((host) => sweepHost(rt, host)));
  return removed.reduce((sum, count) => sum + count, 0);
}

async function sweepHost(rt: Runtime, host: Host): Promise<number> {
  const driver = driverOf(rt, host);
  const call = { signal: new AbortController().signal, key: `backup-sweep:${host.id}` };
  try {
    const found = await callDriver({ ...call, timeoutMs: LIST_TIMEOUT_MS }, (options) => driver.listBackups(options));
    const endedBefore = new Date(rt.clock.now().getTime() - REST_MS);
    const strays = await transact(rt, (tx) => strayBackups(tx, found.map((backup) => backup.name), endedBefore));
    for (const id of strays) {
      rt.log.warn({ host: host.name, backup: id }, "backup sweep: removing a copy of an operation that was undone");
      await callDriver({ ...call, timeoutMs: DELETE_TIMEOUT_MS }, (options) => driver.deleteBackup(id, options));
    }
    return strays.length;
  } catch (error) {
    rt.log.warn({ err: error, host: host.name }, "backup sweep: the host did not answer");
    return 0;
  }
}
