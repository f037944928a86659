import type { z } from "zod";
import type { quotaOutput } from "#shared/compute/catalog.ts";
import { AppError } from "#shared/errors.ts";
import type { MemberActor } from "#server/identity/actor.ts";
import { lockTier, tierOf } from "#server/identity/tiers.ts";
import type { Tx } from "#server/infra/events.ts";
import type { Quota } from "#server/infra/prisma/client.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { type Counted, countBackups, countedOf, quotaOf } from "./quota-repository.ts";

const NAMES: Record<keyof Counted, string> = { vms: "VMs", vcpu: "vCPUs", memoryMb: "MB of memory", storageGb: "GB of disk" };

/**
 * Refuses what would take the organization over its tier's quota. The organization is locked until the transaction ends, so that of two at once the second
 * counts what the first has taken: call it before the rows are written.
 * @param more what comes on top of what there is
 * @throws AppError FORBIDDEN with `quota`, `used` and `limit`
 */
export async function requireQuota(tx: Tx, organizationId: string, more: Partial<Counted>): Promise<void> {
  const allowed = await allowedOf(tx, await lockTier(tx, organizationId));
  const used = await countedOf(tx, organizationId);
  for (const key of ["vms", "vcpu", "memoryMb", "storageGb"] as const) {
    const wanted = more[key] ?? 0;
    if (wanted > 0 && used[key] + wanted > allowed[key]) throw exceeded(key, NAMES[key], used[key], wanted, allowed[key]);
  }
}

/** Refuses one more snapshot of a VM that has `used` already; the caller has locked the VM. @throws AppError FORBIDDEN with `quota`, `used` and `limit` */
export async function requireSnapshotQuota(tx: Tx, organizationId: string, used: number): Promise<void> {
  const { snapshots } = await allowedOf(tx, await tierOf(tx, organizationId));
  if (used + 1 > snapshots) throw exceeded("snapshots", "snapshots of each VM", used, 1, snapshots);
}

/** Refuses one more backup of any of the organization's VMs; as `requireQuota`. @throws AppError FORBIDDEN with `quota`, `used` and `limit` */
export async function requireBackupQuota(tx: Tx, organizationId: string): Promise<void> {
  const { backups } = await allowedOf(tx, await lockTier(tx, organizationId));
  const used = await countBackups(tx, organizationId);
  if (used + 1 > backups) throw exceeded("backups", "backups", used, 1, backups);
}

/** What the caller's organization has and may have. */
export async function getQuota(rt: Runtime, actor: MemberActor): Promise<z.infer<typeof quotaOutput>> {
  return transact(rt, async (tx) => {
    const { tier, ...allowed } = await allowedOf(tx, await tierOf(tx, actor.organizationId));
    return { tier, used: { ...(await countedOf(tx, actor.organizationId)), backups: await countBackups(tx, actor.organizationId) }, allowed };
  });
}

async function allowedOf(tx: Tx, tier: string): Promise<Quota> {
  // A tier that nobody has set limits for has none of anything: better than all of it.
  return (await quotaOf(tx, tier)) ?? { tier, vms: 0, vcpu: 0, memoryMb: 0, storageGb: 0, snapshots: 0, backups: 0 };
}

function exceeded(quota: string, name: string, used: number, wanted: number, limit: number): AppError {
  return new AppError("FORBIDDEN", `Your quota allows ${limit} ${name}: ${used} are used, and this needs ${wanted} more.`, { quota, used, limit });
}
