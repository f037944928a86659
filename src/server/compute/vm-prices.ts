import { type AgreedPrice, agreedPrices } from "#server/billing/prices/prices.ts";
import type { Tx } from "#server/infra/events.ts";
import type { Vm } from "#server/infra/prisma/client.ts";

/**
 * What a VM costs at `at`: the versions that were agreed for it, or what followed them for all since; null: as they were agreed.
 * The VM's own columns are the same a moment later, when price-round.ts was there.
 */
export async function vmPrices(tx: Tx, vm: Pick<Vm, "priceIds" | "computePricePerHour" | "storagePricePerHour">, at: Date | null): Promise<{ compute: AgreedPrice; storage: AgreedPrice }> {
  if (vm.priceIds.length > 0) return agreedPrices(tx, vm.priceIds, at);
  return { compute: fixed(vm.computePricePerHour), storage: fixed(vm.storagePricePerHour) };
}

function fixed(pricePerHour: bigint): AgreedPrice {
  return { pricePerHour, priceIds: [], policy: {} };
}
