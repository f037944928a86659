import type { Tx } from "#server/infra/events.ts";
import type { Quota } from "#server/infra/prisma/client.ts";
import type { Runtime } from "#server/infra/runtime.ts";

export interface Counted {
  vms: number;
  vcpu: number;
  memoryMb: number;
  storageGb: number;
}

/** What the organization's VMs that are not gone have together, on or off. */
export async function countedOf(tx: Tx, organizationId: string): Promise<Counted> {
  const rows = await tx.$queryRaw<Counted[]>`select count(*)::int as vms, coalesce(sum(vcpu), 0)::int as vcpu, coalesce(sum(memory_mb), 0)::int as "memoryMb",
      coalesce(sum(storage_gb), 0)::int as "storageGb"
    from vm where organization_id = ${organizationId} and status not in ('terminated', 'rolled_back')`;
  return rows[0] ?? { vms: 0, vcpu: 0, memoryMb: 0, storageGb: 0 };
}

/** Of VMs that are there and that are gone, in any status: one that is being taken has its place already, one that is being deleted has it still. */
export function countBackups(tx: Tx, organizationId: string): Promise<number> {
  return tx.vmBackup.count({ where: { organizationId } });
}

export function quotaOf(tx: Tx, tier: string): Promise<Quota | null> {
  return tx.quota.findUnique({ where: { tier } });
}

export function listQuotaRows(rt: Runtime): Promise<Quota[]> {
  return rt.db.prisma.quota.findMany({ orderBy: [{ vms: "asc" }, { tier: "asc" }] });
}

export function upsertQuota(tx: Tx, quota: Quota): Promise<Quota> {
  return tx.quota.upsert({ where: { tier: quota.tier }, create: quota, update: quota });
}
