import { PGlite } from "@electric-sql/pglite";
import { systemClock } from "#server/infra/clock.ts";
import { type Config, readConfig } from "#server/infra/config.ts";
import { createSealer } from "#server/infra/crypto.ts";
import { type Database, openDatabase, wrapPglite } from "#server/infra/database.ts";
import { createLogger } from "#server/infra/logger.ts";
import { createRealtime } from "#server/infra/realtime.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { createSignals } from "#server/infra/signals.ts";
import type { MemberActor } from "#server/identity/actor.ts";
import { injectFault } from "../drivers/simulated/faults.ts";
import { simulatedHostFolder } from "../drivers/simulated/simulated-host.ts";
import { hypervisorRef } from "../drivers/driver.ts";
import type { Moment } from "../operation-engine.ts";
import { startOperationWorker } from "../operation-worker.ts";
import { deleteVm } from "../power.ts";
import { createVm } from "../provision.ts";
import { TEST_HOST, TEST_REGION, endedOperation } from "./places.ts";

/**
 * A process that is killed (kill -9) at one place of the saga. It first ends what the processes before it have left, then makes a VM, or deletes one,
 * and dies there. Without a place to die it only ends what is left. Its one argument is a ChildTask as JSON.
 */
export interface ChildTask {
  /** PostgreSQL's address, or the folder of an embedded database */
  database: { url: string } | { folder: string };
  dataDir: string;
  actor: MemberActor;
  projectId: string;
  die: Place | null;
}

export interface Place {
  /** what it does: make a VM, fail to make one, make and delete one */
  scene: "create" | "rollback" | "delete";
  moment: Moment | "requested";
  direction: "run" | "compensate";
  step: string;
}

export async function openChildRuntime(task: Pick<ChildTask, "database" | "dataDir">): Promise<Runtime> {
  const config: Config = { ...readConfig({ DATA_DIR: "memory", LOG_LEVEL: "silent" }), dataDir: task.dataDir, simulationSpeed: 500 };
  const db: Database =
    "url" in task.database
      ? await openDatabase({ databaseUrl: task.database.url, databasePoolSize: 5, databaseWaitSeconds: 5, dataDir: "", ephemeral: false })
      : wrapPglite(await PGlite.create(task.database.folder));
  const log = createLogger(config.logLevel);
  return { config, version: "test", log, clock: systemClock, db, sealer: createSealer(config.secretKeys), signals: await createSignals(db, log), realtime: createRealtime(null, log) };
}

async function play(task: ChildTask): Promise<void> {
  const rt = await openChildRuntime(task);
  let armed: Place | null = null;
  const worker = startOperationWorker(rt, {
    concurrency: 4,
    retryBaseMs: 10,
    leaseMs: 1_000,
    checkpoint(moment, direction, step) {
      if (armed && armed.moment === moment && armed.direction === direction && armed.step === step) process.kill(process.pid, "SIGKILL");
    },
  });
  const left = await rt.db.query<{ id: string }>({ text: "select id from operation where status in ('queued', 'running')" });
  for (const { id } of left) await endedOperation(rt, id);

  const place = task.die;
  if (place) {
    if (place.moment === "requested") await worker.stop();
    if (place.scene !== "delete") armed = place;
    const made = await createVm(rt, task.actor, { name: `${place.scene}-1`, projectId: task.projectId, plan: "small", templateId: "debian-12", region: TEST_REGION, sshKeys: [], metadata: {} });
    if (place.moment === "requested") process.kill(process.pid, "SIGKILL");
    if (place.scene === "rollback") {
      injectFault(simulatedHostFolder(task.dataDir, TEST_HOST.name), { operation: "inspect", mode: "before", failure: "refused", ref: hypervisorRef(made.id) });
    }
    await endedOperation(rt, made.provisioningJobId);
    armed = place;
    if (place.scene === "delete") await endedOperation(rt, (await deleteVm(rt, task.actor, { id: made.id, force: true })).deletionJobId);
    throw new Error(`the saga never came to ${JSON.stringify(place)}`);
  }
  await worker.stop();
  await rt.signals.close();
  await rt.db.close();
}

const argument = process.argv[2];
if (import.meta.main && argument !== undefined) await play(JSON.parse(argument) as ChildTask);
