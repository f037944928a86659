import { newId } from "#shared/ids.ts";
import type { Runtime } from "#server/infra/runtime.ts";

/** One of everything that an administrator offers. */
export interface Offer {
  planId: string;
  upgradeId: string;
  imageId: string;
  regionId: string;
  poolId: string;
}

/** Rows alone, which no VM refers to: for questions of who may change them. */
export async function makeOffer(rt: Runtime): Promise<Offer> {
  const ids: Offer = { planId: newId("plan"), upgradeId: newId("upgrade"), imageId: newId("image"), regionId: "atlantis", poolId: newId("ipPool") };
  const { prisma } = rt.db;
  const prices = { computePricePerHour: 1n, storagePricePerHour: 1n };
  await prisma.plan.create({ data: { id: ids.planId, slug: "offered", name: "Offered", vcpu: 1, memoryMb: 512, storageGb: 10, ...prices, position: 100 } });
  await prisma.upgrade.create({ data: { id: ids.upgradeId, slug: "offered", name: "Offered", vcpu: 1, ...prices } });
  await prisma.image.create({ data: { id: ids.imageId, slug: "offered", name: "Offered", family: "debian", version: "1", defaultUser: "debian", minStorageGb: 1, position: 100 } });
  await prisma.region.create({ data: { id: ids.regionId, name: "Atlantis", position: 100 } });
  const region = await prisma.region.findFirstOrThrow({ orderBy: { position: "desc" }, where: { id: { not: ids.regionId } } });
  await prisma.ipPool.create({
    data: { id: ids.poolId, name: "Offered", region: region.id, family: 4, network: "192.0.2.0/29", firstAddress: "192.0.2.1", lastAddress: "192.0.2.6", nameservers: [], active: false, createdAt: rt.clock.now() },
  });
  return ids;
}
