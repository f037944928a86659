import type { z } from "zod";
import { notFound } from "#shared/errors.ts";
import { MAX_PIECES, priceByCard, type StorefrontState, type storefrontOutput } from "#shared/machines/storefront.ts";
import { availableCredits } from "#server/billing/credits.ts";
import type { MemberActor } from "#server/identity/actor.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { findStorefront, type StorefrontRow } from "./storefront-repository.ts";

type Storefront = z.output<typeof storefrontOutput>;

/**
 * What a machine sells, to anybody.
 * @param payer whose credits may pay; null: nobody is signed in, or may not spend them
 * @throws AppError NOT_FOUND
 */
export async function getStorefront(rt: Runtime, payer: MemberActor | null, input: { slug: string }): Promise<Storefront> {
  const machine = await findStorefront(rt.db.prisma, input.slug);
  if (!machine) throw notFound("machine");
  const { provider, currency, creditPriceMinor } = rt.config.payments;
  return {
    machineId: machine.id,
    slug: machine.slug,
    name: machine.name,
    place: machine.address,
    state: storefrontState(machine),
    simulated: machine.simulated,
    payments: {
      card: provider === null ? null : { provider, currency },
      credits: payer && { available: (await availableCredits(rt, payer.organizationId)).toString() },
    },
    maxPieces: MAX_PIECES,
    // Of a machine that is gone nothing is for sale.
    products: machine.status === "decommissioned" ? [] : machine.slots.flatMap((slot) => productOf(slot, provider === null ? null : creditPriceMinor)),
  };
}

export function storefrontState(machine: Pick<StorefrontRow, "status" | "salesOpen">): StorefrontState {
  if (machine.status === "decommissioned") return "decommissioned";
  if (!machine.salesOpen) return "closed";
  return machine.status === "online" ? "open" : "offline";
}

function productOf(slot: StorefrontRow["slots"][number], creditPriceMinor: number | null): Storefront["products"] {
  const { product } = slot;
  if (!product || product.archivedAt !== null) return [];
  const price = slot.price ?? product.price;
  const disabled = slot.disabledReason !== null;
  return [
    {
      slot: slot.code,
      row: slot.row,
      column: slot.column,
      productId: product.id,
      name: product.name,
      sku: product.sku,
      description: product.description,
      price: price.toString(),
      priceMinor: creditPriceMinor === null ? null : priceByCard(price, creditPriceMinor),
      available: disabled ? 0 : Math.max(0, slot.count - slot.reserved),
      disabled,
    },
  ];
}
