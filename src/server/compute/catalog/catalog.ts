import type { z } from "zod";
import type { catalogOutput } from "#shared/compute/schema.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { activeImages, activePlans, activeUpgrades, openRegions } from "./catalog-repository.ts";

/** What a customer may choose, with prices. What goes together, and whether there is room, is decided when a VM is made. */
export async function getCatalog(rt: Runtime): Promise<z.infer<typeof catalogOutput>> {
  const [plans, upgrades, images, regions] = await Promise.all([activePlans(rt), activeUpgrades(rt), activeImages(rt), openRegions(rt)]);
  return {
    plans: plans.map((plan) => ({ ...forSale(plan), description: plan.description, expireInDays: plan.expireInDays })),
    upgrades: upgrades.map(forSale),
    images: images.map(({ id, slug, name, family, version, defaultUser, minStorageGb }) => ({ id, slug, name, family, version, defaultUser, minStorageGb })),
    regions: regions.map(({ id, name }) => ({ id, name })),
  };
}

interface Priced {
  id: string;
  slug: string;
  name: string;
  vcpu: number;
  memoryMb: number;
  storageGb: number;
  computePricePerHour: bigint;
  storagePricePerHour: bigint;
}

function forSale(thing: Priced) {
  return {
    id: thing.id,
    slug: thing.slug,
    name: thing.name,
    resources: { cpu: thing.vcpu, memoryGb: thing.memoryMb / 1024, storageGb: thing.storageGb },
    pricePerHour: (thing.computePricePerHour + thing.storagePricePerHour).toString(),
    stoppedPricePerHour: thing.storagePricePerHour.toString(),
  };
}
