import { newId } from "#shared/ids.ts";
import type { PriceSubject } from "#server/billing/prices/prices.ts";
import { addPrices } from "#server/billing/prices/schedule.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";

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
  await prisma.plan.create({ data: { id: ids.planId, slug: "offered", name: "Offered", vcpu: 1, memoryMb: 512, storageGb: 10, position: 100 } });
  await prisma.upgrade.create({ data: { id: ids.upgradeId, slug: "offered", name: "Offered", vcpu: 1 } });
  await givePrices(rt, { type: "plan", id: ids.planId }, { compute: 1n, storage: 1n });
  await givePrices(rt, { type: "upgrade", id: ids.upgradeId }, { compute: 1n, storage: 1n });
  await prisma.image.create({ data: { id: ids.imageId, slug: "offered", name: "Offered", family: "debian", version: "1", defaultUser: "debian", minStorageGb: 1, position: 100 } });
  await prisma.region.create({ data: { id: ids.regionId, name: "Atlantis", position: 100 } });
  const region = await prisma.region.findFirstOrThrow({ orderBy: { position: "desc" }, where: { id: { not: ids.regionId } } });
  await prisma.ipPool.create({
    data: { id: ids.poolId, name: "Offered", region: region.id, family: 4, network: "192.0.2.0/29", firstAddress: "192.0.2.1", lastAddress: "192.0.2.6", nameservers: [], active: false, createdAt: rt.clock.now() },
  });
  return ids;
}

/** What a plan or an upgrade made as a row alone costs an hour from now on, in micro-credits. */
export async function givePrices(rt: Runtime, subject: PriceSubject, prices: { compute: bigint; storage: bigint }): Promise<void> {
  const at = rt.clock.now();
  await transact(rt, (tx) => addPrices(tx, { ...prices, subject, policy: {}, effectiveFrom: at, appliesTo: "new", createdById: null, at }));
}
