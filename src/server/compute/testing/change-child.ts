import type { MemberActor } from "#server/identity/actor.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { deleteBackup, listVmBackups, restoreBackup, takeBackup } from "../backups/backups.ts";
import { batchVms } from "../changes/batch.ts";
import { migrateVm } from "../changes/migrate.ts";
import { resetPassword } from "../changes/password.ts";
import { upgradeVm } from "../changes/upgrade.ts";
import { type Driver, hypervisorRef } from "../drivers/driver.ts";
import { injectFault } from "../drivers/simulated/faults.ts";
import { simulatedHostFolder } from "../drivers/simulated/simulated-host.ts";
import { deleteVm } from "../power.ts";
import { createVm } from "../provision.ts";
import { deleteSnapshot, listSnapshots, restoreSnapshot, takeSnapshot } from "../snapshots/snapshots.ts";
import { getVm } from "../vms.ts";
import type { Ground } from "./child-runtime.ts";
import { type DyingPlace, playArgument, playChild } from "./dying-worker.ts";
import { TEST_HOST } from "./places.ts";

/** A process that changes a VM and is killed (kill -9) at one place of that; without a place it only ends what is left. */
export interface ChangeTask extends Ground {
  actor: MemberActor;
  die: ChangePlace | null;
  vmId: string;
  /** another VM, of changes to several */
  otherId: string;
}

/** In the direction "compensate" the hypervisor refuses the change, so that it is undone. */
export interface ChangePlace extends DyingPlace {
  change: keyof typeof CHANGES;
}

/** Where VMs move to in these tests, and what they grow by. */
export const OTHER_HOST = { ...TEST_HOST, name: "sim-frankfurt-2" };
export const UPGRADE_SLUG = "crash-more";

interface Change {
  /** of the hypervisor's, that makes the change */
  call: keyof Driver;
  /** that call is not about the VM which the change is asked of */
  ofAnother?: true;
  /** @returns the operation's id */
  ask(rt: Runtime, actor: MemberActor, id: string, otherId: string): Promise<string>;
}

const CHANGES = {
  migrate: { call: "migrate", ask: async (rt, actor, id) => (await migrateVm(rt, actor, { id, targetHost: OTHER_HOST.name, liveMigration: true, preserveState: true })).migrationJobId },
  upgrade: { call: "resize", ask: async (rt, actor, id) => (await upgradeVm(rt, actor, { id, upgrade: UPGRADE_SLUG })).operationId },
  password: { call: "setPassword", ask: async (rt, actor, id) => (await resetPassword(rt, actor, id)).operationId },
  batch: {
    call: "stop",
    ask: async (rt, actor, id, otherId) => (await batchVms(rt, actor, { operation: "stop", vmIds: [id, otherId], options: { graceful: false, parallel: false } })).batchJobId,
  },
  snapshot: { call: "takeSnapshot", ask: async (rt, actor, id) => (await takeSnapshot(rt, actor, { id, name: "crash" })).operationId },
  snapshot_restore: { call: "restoreSnapshot", ask: async (rt, actor, id) => (await restoreSnapshot(rt, actor, { id, snapshotId: await firstSnapshot(rt, actor, id) })).operationId },
  snapshot_delete: { call: "deleteSnapshot", ask: async (rt, actor, id) => (await deleteSnapshot(rt, actor, { id, snapshotId: await firstSnapshot(rt, actor, id) })).operationId },
  backup: { call: "takeBackup", ask: async (rt, actor, id) => (await takeBackup(rt, actor, { id, name: "crash" })).operationId },
  backup_restore: { call: "restoreBackup", ask: async (rt, actor, id) => (await restoreBackup(rt, actor, { id: await firstBackup(rt, actor, id) })).operationId },
  backup_delete: { call: "deleteBackup", ofAnother: true, ask: async (rt, actor, id) => (await deleteBackup(rt, actor, { id: await firstBackup(rt, actor, id) })).operationId },
  create_from_backup: {
    call: "create",
    ofAnother: true,
    async ask(rt, actor, id) {
      const { name, projectId } = await getVm(rt, actor, id);
      return (await createVm(rt, actor, { name: `from-${name}`, projectId, plan: "small", backupId: await firstBackup(rt, actor, id), sshKeys: [], metadata: {} })).provisioningJobId;
    },
  },
  delete_preserving: { call: "destroy", ask: async (rt, actor, id) => (await deleteVm(rt, actor, { id, force: true, preserveVolumes: true })).deletionJobId },
} satisfies Record<string, Change>;

async function firstSnapshot(rt: Runtime, actor: MemberActor, vmId: string): Promise<string> {
  const [snapshot] = (await listSnapshots(rt, actor, vmId)).data;
  if (!snapshot) throw new Error(`${vmId} has no snapshot`);
  return snapshot.id;
}

async function firstBackup(rt: Runtime, actor: MemberActor, vmId: string): Promise<string> {
  const [backup] = (await listVmBackups(rt, actor, vmId)).data;
  if (!backup) throw new Error(`${vmId} has no backup`);
  return backup.id;
}

async function play({ die, actor, vmId, otherId, ...ground }: ChangeTask): Promise<void> {
  await playChild(ground, die && (async (rt, dieIn) => {
    const { call, ofAnother, ask }: Change = CHANGES[die.change];
    if (die.direction === "compensate") injectFault(simulatedHostFolder(ground.dataDir, TEST_HOST.name), { operation: call, mode: "before", failure: "refused", ...(ofAnother ? {} : { ref: hypervisorRef(vmId) }) });
    await dieIn(die, () => ask(rt, actor, vmId, otherId));
  }));
}

await playArgument(import.meta.main, play);
