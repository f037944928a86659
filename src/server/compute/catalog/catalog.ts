import type { z } from "zod";
import type { catalogOutput } from "#shared/compute/schema.ts";
import { allPricesAt, type ComponentPrices } from "#server/billing/prices/prices.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { activeImages, activePlans, activeUpgrades, openRegions } from "./catalog-repository.ts";

/** What a customer may choose, with prices. What goes together, and whether there is room, is decided when a VM is made. */
export async function getCatalog(rt: Runtime): Promise<z.infer<typeof catalogOutput>> {
  const at = rt.clock.now();
  const [plans, upgrades, images, regions] = await Promise.all([activePlans(rt), activeUpgrades(rt), activeImages(rt), openRegions(rt)]);
  const [planPrices, upgradePrices] = await Promise.all([allPricesAt(rt.db.prisma, "plan", at), allPricesAt(rt.db.prisma, "upgrade", at)]);
  return {
    plans: plans.flatMap((plan) => forSale(plan, planPrices).map((sold) => ({ ...sold, description: plan.description, expireInDays: plan.expireInDays }))),
    upgrades: upgrades.flatMap((upgrade) => forSale(upgrade, upgradePrices)),
    images: images.map(({ id, slug, name, family, version, defaultUser, minStorageGb }) => ({ id, slug, name, family, version, defaultUser, minStorageGb })),
    regions: regions.map(({ id, name }) => ({ id, name })),
  };
}

interface Offered {
  id: string;
  slug: string;
  name: string;
  vcpu: number;
  memoryMb: number;
  storageGb: number;
}

/** With its price; what has none is not for sale. */
function forSale(thing: Offered, prices: ReadonlyMap<string, ComponentPrices>) {
  const price = prices.get(thing.id);
  if (!price) return [];
  const sold = {
    id: thing.id,
    slug: thing.slug,
    name: thing.name,
    resources: { cpu: thing.vcpu, memoryGb: thing.memoryMb / 1024, storageGb: thing.storageGb },
    pricePerHour: (price.compute.pricePerHour + price.storage.pricePerHour).toString(),
    stoppedPricePerHour: price.storage.pricePerHour.toString(),
  };
  return [sold];
}
