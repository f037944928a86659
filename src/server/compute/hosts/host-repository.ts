import type { Tx } from "#server/infra/events.ts";
import type { Host, Prisma, Region } from "#server/infra/prisma/client.ts";
import type { Runtime } from "#server/infra/runtime.ts";

const GONE = ["terminated", "rolled_back"];

export interface HostUse {
  vmCount: number;
  usedVcpu: number;
  usedMemoryMb: number;
  /** of the default storage */
  usedStorageGb: number;
  openFindings: number;
}
const NO_USE: HostUse = { vmCount: 0, usedVcpu: 0, usedMemoryMb: 0, usedStorageGb: 0, openFindings: 0 };

export type HostWithPlace = Host & { place: Region };

export async function listHostRows(rt: Runtime, filter: { status: string | undefined; search: string | undefined }, page: { page: number; limit: number }): Promise<{ rows: HostWithPlace[]; total: number }> {
  const where: Prisma.HostWhereInput = {
    ...(filter.status ? { status: filter.status } : {}),
    ...(filter.search ? { OR: [{ name: { contains: filter.search, mode: "insensitive" } }, { endpoint: { contains: filter.search, mode: "insensitive" } }, { id: filter.search }] } : {}),
  };
  const [rows, total] = await Promise.all([
    rt.db.prisma.host.findMany({ where, include: { place: true }, orderBy: [{ name: "asc" }, { id: "asc" }], skip: (page.page - 1) * page.limit, take: page.limit }),
    rt.db.prisma.host.count({ where }),
  ]);
  return { rows, total };
}

export function hostById(rt: Runtime, id: string): Promise<HostWithPlace | null> {
  return rt.db.prisma.host.findUnique({ where: { id }, include: { place: true } });
}

/** How much of each host is given away, and how many findings wait for a decision; hosts without either are in it too. */
export async function loadOfHosts(rt: Runtime, ids: readonly string[]): Promise<Map<string, HostUse>> {
  const rows = await rt.db.query<{ id: string } & Record<keyof HostUse, number>>({
    name: "hosts_use",
    text: `select h.id, v.count::int as "vmCount", v.vcpu::int as "usedVcpu", v.memory::float8 as "usedMemoryMb", v.storage::float8 as "usedStorageGb", f.count::int as "openFindings"
      from host h
        cross join lateral (select count(*), coalesce(sum(vcpu), 0) as vcpu, coalesce(sum(memory_mb), 0) as memory, coalesce(sum(storage_gb) filter (where storage is null or not exists (select 1 from host_storage where host_id = h.id)), 0) as storage
          from vm where host_id = h.id and status not in ('terminated', 'rolled_back')) v
        cross join lateral (select count(*) from host_finding where host_id = h.id and resolved_at is null and ignored_at is null) f
      where h.id = any($1::text[])`,
    values: [ids],
  });
  const found = new Map(rows.map(({ id, ...use }) => [id, use]));
  return new Map(ids.map((id) => [id, found.get(id) ?? NO_USE]));
}

/** The host, its row locked until the transaction ends: placing VMs locks it too. */
export async function lockHost(tx: Tx, id: string): Promise<Host | null> {
  await tx.$queryRaw`select 1 from host where id = ${id} for update`;
  return tx.host.findUnique({ where: { id } });
}

/** @returns false when the name is taken */
export async function insertHost(tx: Tx, host: Prisma.HostCreateManyInput): Promise<boolean> {
  return (await tx.host.createMany({ data: [host], skipDuplicates: true })).count === 1;
}

export async function updateHostRow(tx: Tx, id: string, data: Prisma.HostUncheckedUpdateInput): Promise<void> {
  await tx.host.update({ where: { id }, data, select: { id: true } });
}

export async function hostNameTaken(tx: Tx, name: string, exceptId: string): Promise<boolean> {
  return (await tx.host.count({ where: { name, id: { not: exceptId } } })) > 0;
}

export async function regionExists(rt: Runtime, id: string): Promise<boolean> {
  return (await rt.db.prisma.region.count({ where: { id } })) === 1;
}

/** VMs that are there, or that an operation still has to do with. */
export function countVmsOfHost(tx: Tx, hostId: string): Promise<number> {
  return tx.vm.count({ where: { OR: [{ hostId, OR: [{ status: { notIn: GONE } }, { operationId: { not: null } }] }, { targetHostId: hostId }] } });
}

/** In any status, and whether their VMs are there or not. */
export function countBackupsOfHost(tx: Tx, hostId: string): Promise<number> {
  return tx.vmBackup.count({ where: { hostId } });
}

/** Deletes the host; VMs that are gone forget where they were. */
export async function deleteHostRow(tx: Tx, id: string): Promise<void> {
  await tx.vm.updateMany({ where: { hostId: id }, data: { hostId: null } });
  await tx.host.delete({ where: { id }, select: { id: true } });
}

export interface HostVmRow {
  id: string;
  name: string;
  status: string;
  ref: string | null;
  organizationId: string;
  vcpu: number;
  memoryMb: number;
  storageGb: number;
  createdAt: Date;
}

export async function listVmsOfHost(rt: Runtime, hostId: string, page: { page: number; limit: number }): Promise<{ rows: HostVmRow[]; total: number }> {
  const where: Prisma.VmWhereInput = { hostId, status: { notIn: GONE } };
  const [rows, total] = await Promise.all([
    rt.db.prisma.vm.findMany({ where, orderBy: [{ createdAt: "desc" }, { id: "desc" }], skip: (page.page - 1) * page.limit, take: page.limit }),
    rt.db.prisma.vm.count({ where }),
  ]);
  return { rows: rows.map(({ hypervisorRef, ...vm }) => ({ ...vm, ref: hypervisorRef })), total };
}

/** VMs whose views change with the host's health. */
export function vmsToTell(tx: Tx, hostId: string): Promise<{ id: string; organizationId: string }[]> {
  return tx.vm.findMany({ where: { hostId, status: { notIn: GONE } }, select: { id: true, organizationId: true }, orderBy: { id: "asc" } });
}

