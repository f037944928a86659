import type { z } from "zod";
import type { catalogOutput } from "#shared/compute/schema.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { activeImages, activePlans, regionsInUse } from "./repository.ts";

/** What a customer may choose, with prices. */
export async function getCatalog(rt: Runtime): Promise<z.infer<typeof catalogOutput>> {
  const [plans, images, regions] = await Promise.all([activePlans(rt), activeImages(rt), regionsInUse(rt)]);
  return {
    plans: plans.map((plan) => ({
      id: plan.id,
      slug: plan.slug,
      name: plan.name,
      resources: { cpu: plan.vcpu, memoryGb: plan.memoryMb / 1024, storageGb: plan.storageGb },
      pricePerHour: (plan.computePricePerHour + plan.storagePricePerHour).toString(),
      stoppedPricePerHour: plan.storagePricePerHour.toString(),
    })),
    images: images.map(({ id, slug, name, family, version, defaultUser, minStorageGb }) => ({ id, slug, name, family, version, defaultUser, minStorageGb })),
    regions: regions.map(({ id, name }) => ({ id, name })),
  };
}
