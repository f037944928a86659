import type { Tx } from "#server/infra/events.ts";
import type { Host, Upgrade, Vm } from "#server/infra/prisma/client.ts";
import type { Runtime } from "#server/infra/runtime.ts";

/** Queries of what changes a VM after it was made. */
export function upgradeBy(tx: Tx, slugOrId: string): Promise<Upgrade | null> {
  return tx.upgrade.findFirst({ where: { active: true, OR: [{ slug: slugOrId }, { id: slugOrId }] } });
}

/** The first upgrade for sale that adds just this. */
export function upgradeOfSize(tx: Tx, added: { vcpu: number; memoryMb: number; storageGb: number }): Promise<Upgrade | null> {
  return tx.upgrade.findFirst({ where: { active: true, ...added }, orderBy: [{ position: "asc" }, { id: "asc" }] });
}

export async function resizeVmRow(tx: Tx, id: string, size: { vcpu: number; memoryMb: number; storageGb: number }): Promise<void> {
  const { vcpu, memoryMb, storageGb } = size;
  await tx.vm.update({ where: { id }, data: { vcpu, memoryMb, storageGb }, select: { id: true } });
}

/** The VM costs these versions more; its price follows from them. */
export async function agreePrices(tx: Tx, id: string, priceIds: string[]): Promise<void> {
  await tx.vm.update({ where: { id }, data: { priceIds: { push: priceIds } }, select: { id: true } });
}

export function hostBy(tx: Tx, idOrName: string): Promise<Host | null> {
  return tx.host.findFirst({ where: { OR: [{ id: idOrName }, { name: idOrName }] } });
}

export function hostOf(rt: Runtime, id: string): Promise<Host | null> {
  return rt.db.prisma.host.findUnique({ where: { id } });
}

/** Hosts of the driver in the region, by name. */
export function hostsLike(tx: Tx, host: { driver: string; region: string }): Promise<{ id: string }[]> {
  return tx.host.findMany({ where: { driver: host.driver, region: host.region }, select: { id: true }, orderBy: { name: "asc" } });
}

/** Where the VM moves to, with its place there; null: nowhere. */
export async function setTarget(tx: Tx, id: string, target: { id: string; storage: string | null } | null): Promise<void> {
  await tx.vm.update({ where: { id }, data: { targetHostId: target && target.id, targetStorage: target && target.storage }, select: { id: true } });
}

/** The VM is on this host and moves no more. */
export async function placeOn(tx: Tx, id: string, hostId: string): Promise<void> {
  const { targetHostId, targetStorage } = await tx.vm.findUniqueOrThrow({ where: { id }, select: { targetHostId: true, targetStorage: true } });
  await tx.vm.update({ where: { id }, data: { hostId, targetHostId: null, targetStorage: null, ...(hostId === targetHostId ? { storage: targetStorage } : {}) }, select: { id: true } });
}

/** Names and hosts of VMs, in the order of `ids`. */
export async function vmsByIds(tx: Tx, ids: readonly string[]): Promise<Vm[]> {
  const found = new Map((await tx.vm.findMany({ where: { id: { in: [...ids] } } })).map((vm) => [vm.id, vm]));
  return ids.flatMap((id) => found.get(id) ?? []);
}
