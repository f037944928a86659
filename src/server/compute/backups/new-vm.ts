import { AppError } from "#shared/errors.ts";
import type { MemberActor } from "#server/identity/actor.ts";
import type { Tx } from "#server/infra/events.ts";
import type { Image, Plan, VmBackup } from "#server/infra/prisma/client.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { wrong } from "../catalog/refusals.ts";
import { visible } from "../policy.ts";
import { hasPlaceForBackups } from "./backup-host.ts";
import { hostAndImageOf, lockBackup } from "./backup-repository.ts";

/**
 * The backup that a new VM is made from, locked: once the operation that makes the VM is written, which is in the same transaction, the backup is not deleted
 * before that operation has ended.
 * @throws AppError NOT_FOUND, INVALID_STATE, INVALID_REQUEST, SERVICE_UNAVAILABLE
 */
export async function backupForNewVm(rt: Runtime, tx: Tx, actor: MemberActor, wanted: { backupId: string; plan: Plan; region: string | undefined }): Promise<{ backup: VmBackup; image: Image }> {
  const { plan, region } = wanted;
  const backup = visible(await lockBackup(tx, wanted.backupId), actor, "backup");
  if (backup.status !== "ready") throw new AppError("INVALID_STATE", `This backup is ${backup.status}.`, { state: backup.status });
  const { host, image } = await hostAndImageOf(tx, backup);
  if (plan.storageGb < backup.storageGb) throw wrong("plan", `has ${plan.storageGb} GB of disk, and the backup needs ${backup.storageGb}`);
  if (region !== undefined && region !== host.region) throw wrong("region", `is not the backup's, which is ${host.region}`);
  if (!hasPlaceForBackups(rt, host)) throw new AppError("SERVICE_UNAVAILABLE", "The host that has this backup cannot make VMs from backups right now.", { retryAfter: 300 });
  return { backup, image };
}
