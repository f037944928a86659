import type { z } from "zod";
import type * as prices from "#shared/billing/prices.ts";
import type * as schema from "#shared/compute/catalog.ts";

/** What the API answers administrators of the catalog with. */
export type PriceVersion = z.infer<typeof prices.priceVersionOutput>;
export type PriceDraft = z.infer<typeof prices.priceScheduleInput>;
export type OfferedPlan = z.infer<typeof schema.planAdminOutput>;
export type OfferedUpgrade = z.infer<typeof schema.upgradeAdminOutput>;
export type OfferedImage = z.infer<typeof schema.imageAdminOutput>;
export type OfferedRegion = z.infer<typeof schema.regionAdminOutput>;
export type TierQuota = z.infer<typeof schema.quotaAdminOutput>;
export type Place = z.infer<typeof schema.placeListOutput>["data"][number];
export type Pool = z.infer<typeof schema.poolOutput>;
