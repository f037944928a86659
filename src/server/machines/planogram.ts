import type { z } from "zod";
import { AppError, notFound } from "#shared/errors.ts";
import type { onboardingSaveInput } from "#shared/machines/schema.ts";
import type { Tx } from "#server/infra/events.ts";
import type { MachineTemplate } from "#server/infra/prisma/client.ts";
import { getTemplate, ownProductIds } from "./products-repository.ts";
import type { SlotPlan } from "./planogram/write-slots.ts";
import { templateSlots } from "./templates.ts";

type Planogram = NonNullable<z.output<typeof onboardingSaveInput>["planogram"]>;

/**
 * The slots of a machine: those of the template, filled as the planogram says; a slot it does not name is empty.
 * @throws AppError NOT_FOUND for the template, INVALID_REQUEST with a detail for each slot that does not fit
 */
export async function planogramSlots(
  tx: Tx,
  organizationId: string,
  planogram: Planogram,
): Promise<{ template: MachineTemplate; slots: SlotPlan[] }> {
  const template = await getTemplate(tx, planogram.templateId);
  if (!template) throw notFound("template");
  const places = templateSlots(template.slots);
  const own = await ownProductIds(tx, organizationId, planogram.slots.flatMap((slot) => slot.productId ?? []));
  const filled = new Map<string, Planogram["slots"][number]>();
  const details = planogram.slots.flatMap((slot, index) => {
    const place = places.find((candidate) => candidate.code === slot.code);
    const problem = filled.has(slot.code) ? "comes twice" : place ? problemOf(slot, place.capacity, own) : "is not a slot of this template";
    filled.set(slot.code, slot);
    return problem ? [{ field: `planogram.slots.${index}`, message: `${slot.code} ${problem}` }] : [];
  });
  if (details.length > 0) throw new AppError("INVALID_REQUEST", details[0]?.message, { details });
  return {
    template,
    slots: places.map((place) => {
      const slot = filled.get(place.code);
      return { ...place, par: null, disabledReason: null, productId: slot?.productId ?? null, price: slot?.price ? BigInt(slot.price) : null, count: slot?.count ?? 0 };
    }),
  };
}

function problemOf(slot: Planogram["slots"][number], capacity: number, own: ReadonlySet<string>): string | null {
  if (slot.productId && !own.has(slot.productId)) return "has a product that the organization does not have";
  if (!slot.productId && slot.count > 0) return "has items but no product";
  if (slot.count > capacity) return `holds at most ${capacity}`;
  return null;
}
