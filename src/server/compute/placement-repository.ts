import type { Tx } from "#server/infra/events.ts";

/** A host with what is reserved on it, and whether a plan and an image go with it. */
export interface HostLoad {
  id: string;
  name: string;
  driver: string;
  region: string;
  status: string;
  health: string;
  vcpu: number;
  vcpuRatio: number;
  memoryMb: number;
  memoryReserveMb: number;
  /** measured; null: not yet */
  memoryFreeMb: number | null;
  storageGb: number;
  storageReserveGb: number;
  storageFreeGb: number | null;
  usedVcpu: number;
  usedMemoryMb: number;
  usedStorageGb: number;
  planAllowed: boolean;
  hasImage: boolean;
}

/**
 * The active hosts of the region (null: of all; `hostId`: that one alone) with what is taken on each; locked until the transaction ends, so that nobody else takes a place meanwhile. `imageId` null: none is needed.
 * The sums are read after the locks: they see what those that held them before have taken. A VM on its way counts on both hosts.
 */
export async function lockHosts(tx: Tx, wanted: { region: string | null; hostId: string | null; planId: string; imageId: string | null }): Promise<HostLoad[]> {
  const { region, hostId, planId, imageId } = wanted;
  await tx.$queryRaw`select id from host where status = 'active' and (${region}::text is null or region = ${region}) and (${hostId}::text is null or id = ${hostId}) order by id for update`;
  return tx.$queryRaw<HostLoad[]>`select h.id, h.name, h.driver, h.region, h.status, h.health, h.vcpu, h.vcpu_ratio as "vcpuRatio",
      h.memory_mb as "memoryMb", h.memory_reserve_mb as "memoryReserveMb", h.memory_free_mb as "memoryFreeMb",
      h.storage_gb as "storageGb", h.storage_reserve_gb as "storageReserveGb", h.storage_free_gb as "storageFreeGb",
      coalesce(sum(v.vcpu), 0)::int as "usedVcpu", coalesce(sum(v.memory_mb), 0)::int as "usedMemoryMb", coalesce(sum(v.storage_gb), 0)::int as "usedStorageGb",
      (not exists (select 1 from plan_host where plan_id = ${planId}) or exists (select 1 from plan_host where plan_id = ${planId} and host_id = h.id)) as "planAllowed",
      (${imageId}::text is null or exists (select 1 from image_source where image_id = ${imageId} and host_id = h.id)) as "hasImage"
    from host h left join vm v on (v.host_id = h.id or v.target_host_id = h.id) and v.status not in ('terminated', 'rolled_back')
    where h.status = 'active' and (${region}::text is null or h.region = ${region}) and (${hostId}::text is null or h.id = ${hostId})
    group by h.id order by h.id`;
}

/** One host, whatever its state, locked as `lockHosts` does; for what grows or moves there. Plan and image are not asked about. */
export async function lockHost(tx: Tx, hostId: string): Promise<HostLoad | null> {
  await tx.$queryRaw`select id from host where id = ${hostId} for update`;
  const rows = await tx.$queryRaw<HostLoad[]>`select h.id, h.name, h.driver, h.region, h.status, h.health, h.vcpu, h.vcpu_ratio as "vcpuRatio",
      h.memory_mb as "memoryMb", h.memory_reserve_mb as "memoryReserveMb", h.memory_free_mb as "memoryFreeMb",
      h.storage_gb as "storageGb", h.storage_reserve_gb as "storageReserveGb", h.storage_free_gb as "storageFreeGb",
      coalesce(sum(v.vcpu), 0)::int as "usedVcpu", coalesce(sum(v.memory_mb), 0)::int as "usedMemoryMb", coalesce(sum(v.storage_gb), 0)::int as "usedStorageGb",
      true as "planAllowed", true as "hasImage"
    from host h left join vm v on (v.host_id = h.id or v.target_host_id = h.id) and v.status not in ('terminated', 'rolled_back')
    where h.id = ${hostId} group by h.id`;
  return rows[0] ?? null;
}
