import type { ComponentPrices } from "#server/billing/prices/prices.ts";

/** The prices of something in the catalog, as they travel; null where it has none yet. */
export function priceView(prices: ComponentPrices | undefined): { computePricePerHour: string | null; storagePricePerHour: string | null } {
  return { computePricePerHour: prices?.compute.pricePerHour.toString() ?? null, storagePricePerHour: prices?.storage.pricePerHour.toString() ?? null };
}
