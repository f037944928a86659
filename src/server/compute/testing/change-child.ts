import type { MemberActor } from "#server/identity/actor.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { migrateVm } from "../changes/migrate.ts";
import { upgradeVm } from "../changes/upgrade.ts";
import { hypervisorRef } from "../drivers/driver.ts";
import { injectFault } from "../drivers/simulated/faults.ts";
import { simulatedHostFolder } from "../drivers/simulated/simulated-host.ts";
import type { Moment } from "../operation-engine.ts";
import { startOperationWorker } from "../operation-worker.ts";
import { takeSnapshot } from "../snapshots/snapshots.ts";
import { endedOperation, TEST_HOST } from "./places.ts";
import { type ChildTask, openChildRuntime } from "./saga-child.ts";

/** A process that changes a VM and is killed (kill -9) at one place of that. It first ends what the processes before it have left. */
export interface ChangeTask extends Pick<ChildTask, "database" | "dataDir" | "actor"> {
  die: ChangePlace | null;
  vmId: string;
}

export interface ChangePlace {
  change: "migrate" | "upgrade" | "snapshot";
  /** the hypervisor refuses it, so that it is undone */
  refused: boolean;
  moment: Moment | "requested";
  step: string;
}

/** Where VMs move to in these tests, and what they grow by. */
export const OTHER_HOST = { ...TEST_HOST, name: "sim-frankfurt-2" };
export const UPGRADE_SLUG = "crash-more";

async function change(rt: Runtime, actor: MemberActor, id: string, what: ChangePlace["change"]): Promise<string> {
  if (what === "migrate") return (await migrateVm(rt, actor, { id, targetHost: OTHER_HOST.name, liveMigration: true, preserveState: true })).migrationJobId;
  if (what === "upgrade") return (await upgradeVm(rt, actor, { id, upgrade: UPGRADE_SLUG })).operationId;
  return (await takeSnapshot(rt, actor, { id, name: "crash" })).operationId;
}

const CALLS = { migrate: "migrate", upgrade: "resize", snapshot: "takeSnapshot" } as const;

async function play({ die: place, vmId, actor, ...where }: ChangeTask): Promise<void> {
  const rt = await openChildRuntime(where);
  let armed = false;
  const worker = startOperationWorker(rt, {
    concurrency: 4,
    retryBaseMs: 10,
    leaseMs: 1_000,
    checkpoint(moment, direction, step) {
      if (armed && place?.moment === moment && place.step === step && direction === (place.refused ? "compensate" : "run")) process.kill(process.pid, "SIGKILL");
    },
  });
  for (const { id } of await rt.db.query<{ id: string }>({ text: "select id from operation where status in ('queued', 'running')" })) await endedOperation(rt, id);
  if (place) {
    armed = true;
    if (place.moment === "requested") await worker.stop();
    if (place.refused) injectFault(simulatedHostFolder(where.dataDir, TEST_HOST.name), { operation: CALLS[place.change], mode: "before", failure: "refused", ref: hypervisorRef(vmId) });
    const operationId = await change(rt, actor, vmId, place.change);
    if (place.moment === "requested") process.kill(process.pid, "SIGKILL");
    await endedOperation(rt, operationId);
    throw new Error(`the change never came to ${JSON.stringify(place)}`);
  }
  await worker.stop();
  await rt.signals.close();
  await rt.db.close();
}

const argument = process.argv[2];
if (import.meta.main && argument !== undefined) await play(JSON.parse(argument) as ChangeTask);
