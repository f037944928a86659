import type { Tx } from "#server/infra/events.ts";
import type { HostStorage } from "#server/infra/prisma/client.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import type { StorageProbe } from "../drivers/driver.ts";

export interface StorageUse extends HostStorage {
  usedGb: number;
}

/** The host's storages, the default one first, with what VMs have of each. */
export function storagesOfHost(rt: Runtime, hostId: string): Promise<StorageUse[]> {
  return rt.db.query({
    name: "host_storages",
    text: `select s.host_id as "hostId", s.name, s.is_default as "isDefault", s.total_gb as "totalGb", s.free_gb as "freeGb",
        (select coalesce(sum(v.storage_gb), 0)::float8 from vm v where v.host_id = s.host_id and v.status not in ('terminated', 'rolled_back')
          and v.storage is not distinct from case when s.is_default then null else s.name end) as "usedGb"
      from host_storage s where s.host_id = $1 order by s.is_default desc, s.name`,
    values: [hostId],
  });
}

/** Writes what a host, whose row is locked, has said of its storages. */
export async function writeStorages(tx: Tx, hostId: string, storages: readonly StorageProbe[]): Promise<void> {
  const before = await tx.hostStorage.findMany({ where: { hostId } });
  const names = { before: before.find(({ isDefault }) => isDefault)?.name, now: storages.find(({ isDefault }) => isDefault)?.name };
  if (names.now !== undefined && names.now !== names.before) await moveDefault(tx, hostId, names.before ?? null, names.now);
  await tx.hostStorage.deleteMany({ where: { hostId, name: { notIn: storages.map(({ name }) => name) } } });
  for (const { name, ...figures } of storages) {
    const known = before.find((each) => each.name === name);
    if (known && known.isDefault === figures.isDefault && known.totalGb === figures.totalGb && known.freeGb === figures.freeGb) continue;
    await tx.hostStorage.upsert({ where: { hostId_name: { hostId, name } }, create: { hostId, name, ...figures }, update: figures });
  }
}

/** What was measured of them is no longer known. */
export async function forgetFree(tx: Tx, hostId: string): Promise<void> {
  await tx.hostStorage.updateMany({ where: { hostId, freeGb: { not: null } }, data: { freeGb: null } });
}

/** Disks stay where they are when another storage becomes the default one. */
async function moveDefault(tx: Tx, hostId: string, before: string | null, now: string): Promise<void> {
  if (before !== null) {
    await tx.vm.updateMany({ where: { hostId, storage: null }, data: { storage: before } });
    await tx.vm.updateMany({ where: { targetHostId: hostId, targetStorage: null }, data: { targetStorage: before } });
  }
  await tx.vm.updateMany({ where: { hostId, storage: now }, data: { storage: null } });
  await tx.vm.updateMany({ where: { targetHostId: hostId, targetStorage: now }, data: { targetStorage: null } });
}
