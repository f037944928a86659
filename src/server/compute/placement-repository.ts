import type { Tx } from "#server/infra/events.ts";
import { Prisma } from "#server/infra/prisma/client.ts";

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
  /** of the disk, by the hypervisor's name; null: the host's default. The figures of storage are this one's. */
  storage: string | null;
  /** 0: the host has no storage of this name */
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
  const hosts = Prisma.sql`h.status = 'active' and (${region}::text is null or h.region = ${region}) and (${hostId}::text is null or h.id = ${hostId})`;
  await tx.$queryRaw`select id from host h where ${hosts} order by id for update`;
  return tx.$queryRaw<HostLoad[]>(
    loads({
      hosts,
      storage: Prisma.sql`(select storage from plan_host where plan_id = ${planId} and host_id = h.id)`,
      planAllowed: Prisma.sql`(not exists (select 1 from plan_host where plan_id = ${planId}) or exists (select 1 from plan_host where plan_id = ${planId} and host_id = h.id))`,
      hasImage: Prisma.sql`(${imageId}::text is null or exists (select 1 from image_source where image_id = ${imageId} and host_id = h.id))`,
    }),
  );
}

/**
 * One host, whatever its state, locked as `lockHosts` does; for what grows or moves there. Plan and image are not asked about.
 * @param storage where the disk is now: it stays on the one of the same name, or goes to the default one where the host has none of that name
 */
export async function lockHost(tx: Tx, hostId: string, storage: string | null): Promise<HostLoad | null> {
  await tx.$queryRaw`select id from host where id = ${hostId} for update`;
  const yes = Prisma.sql`true`;
  const same = Prisma.sql`(select name from host_storage where host_id = h.id and name = ${storage}::text)`;
  const rows = await tx.$queryRaw<HostLoad[]>(loads({ hosts: Prisma.sql`h.id = ${hostId}`, storage: same, planAllowed: yes, hasImage: yes }));
  return rows[0] ?? null;
}

/** `asked`: the storage that is asked for, null or the default's own name for the default. Of a host that has not told its storages yet, all disks count together. */
function loads({ hosts, storage, planAllowed, hasImage }: Record<"hosts" | "storage" | "planAllowed" | "hasImage", Prisma.Sql>): Prisma.Sql {
  return Prisma.sql`select h.id, h.name, h.driver, h.region, h.status, h.health, h.vcpu, h.vcpu_ratio as "vcpuRatio",
      h.memory_mb as "memoryMb", h.memory_reserve_mb as "memoryReserveMb", h.memory_free_mb as "memoryFreeMb", asked.storage,
      case when apart then coalesce(s.total_gb, 0) else h.storage_gb end as "storageGb",
      case when apart then 0 else h.storage_reserve_gb end as "storageReserveGb",
      case when apart then s.free_gb else h.storage_free_gb end as "storageFreeGb",
      coalesce(sum(v.vcpu), 0)::int as "usedVcpu", coalesce(sum(v.memory_mb), 0)::int as "usedMemoryMb",
      coalesce(sum(v.storage_gb) filter (where not told or case when v.host_id = h.id then v.storage else v.target_storage end is not distinct from asked.storage), 0)::int as "usedStorageGb",
      ${planAllowed} as "planAllowed", ${hasImage} as "hasImage"
    from host h
      cross join lateral (select exists (select 1 from host_storage where host_id = h.id) as told) known
      cross join lateral (select case when exists (select 1 from host_storage d where d.host_id = h.id and d.is_default and d.name = ${storage}) then null else ${storage} end as storage) asked
      cross join lateral (select told and asked.storage is not null as apart) kept
      left join host_storage s on s.host_id = h.id and s.name = asked.storage
      left join vm v on (v.host_id = h.id or v.target_host_id = h.id) and v.status not in ('terminated', 'rolled_back')
    where ${hosts}
    group by h.id, told, apart, asked.storage, s.total_gb, s.free_gb order by h.id`;
}
