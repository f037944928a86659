import type { Tx } from "#server/infra/events.ts";
import type { Image, Plan, Region, Upgrade } from "#server/infra/prisma/client.ts";
import type { Runtime } from "#server/infra/runtime.ts";

/** What a customer may choose from. */
const IN_ORDER = [{ position: "asc" }, { id: "asc" }] as const;

export function activePlans(rt: Runtime): Promise<Plan[]> {
  return rt.db.prisma.plan.findMany({ where: { active: true }, orderBy: [...IN_ORDER] });
}

export function activeUpgrades(rt: Runtime): Promise<Upgrade[]> {
  return rt.db.prisma.upgrade.findMany({ where: { active: true }, orderBy: [...IN_ORDER] });
}

export function activeImages(rt: Runtime): Promise<Image[]> {
  return rt.db.prisma.image.findMany({ where: { active: true }, orderBy: [...IN_ORDER] });
}

/** Regions with a host that takes new VMs; placement.ts says which those are. */
export function openRegions(rt: Runtime): Promise<Region[]> {
  const open = { status: "active", OR: [{ health: "healthy" }, { driver: "simulated", health: "unknown" }] };
  return rt.db.prisma.region.findMany({ where: { hosts: { some: open } }, orderBy: [...IN_ORDER] });
}

export function planBy(tx: Tx, slugOrId: string): Promise<Plan | null> {
  return tx.plan.findFirst({ where: { active: true, OR: [{ slug: slugOrId }, { id: slugOrId }] } });
}

export function imageBy(tx: Tx, slugOrId: string): Promise<Image | null> {
  return tx.image.findFirst({ where: { active: true, OR: [{ slug: slugOrId }, { id: slugOrId }] } });
}

export async function regionExists(tx: Tx, id: string): Promise<boolean> {
  return (await tx.region.count({ where: { id } })) === 1;
}
