import type { z } from "zod";
import { AppError, notFound } from "#shared/errors.ts";
import type { onboardingSaveInput } from "#shared/machines/schema.ts";
import type { Tx } from "#server/infra/events.ts";
import type { MachineTemplate } from "#server/infra/prisma/client.ts";
import { getTemplate, ownProductIds } from "./products-repository.ts";
import type { SlotPlan } from "./planogram/write-slots.ts";
import { type TemplateSlot, templateSlots } from "./templates.ts";

type Planogram = NonNullable<z.output<typeof onboardingSaveInput>["planogram"]>;

type NamedSlot = Planogram["slots"][number];
/** What a slot keeps of its settings when the same kind of machine is saved again. */
export type KeptSettings = Pick<SlotPlan, "par" | "mechanism" | "disabledReason">;

/**
 * The slots of a machine: those of the template, filled as the planogram says, a slot it does not name empty; or, when it is exact, those that it names, wherever they stand.
 * @param kept the settings of slots that are there already, by code
 * @throws AppError NOT_FOUND for the template, INVALID_REQUEST with a detail for each slot that does not fit
 */
export async function planogramSlots(
  tx: Tx,
  organizationId: string,
  planogram: Planogram,
  kept: (template: MachineTemplate) => ReadonlyMap<string, KeptSettings>,
): Promise<{ template: MachineTemplate; slots: SlotPlan[] }> {
  const template = await getTemplate(tx, planogram.templateId);
  if (!template) throw notFound("template");
  const exact = planogram.exact ?? false;
  const places = templateSlots(template.slots);
  const own = await ownProductIds(tx, organizationId, planogram.slots.flatMap((slot) => slot.productId ?? []));
  const before = kept(template);
  const plans = new Map<string, SlotPlan>();
  const named = new Set<string>();
  const details = planogram.slots.flatMap((slot, index) => {
    const place = places.find((candidate) => candidate.code === slot.code) ?? (exact ? addedPlace(slot, places) : undefined);
    const problem = named.has(slot.code) ? "comes twice" : place ? problemOf(slot, place, own, exact ? [...plans.values()] : []) : "is not a slot of this template";
    named.add(slot.code);
    if (place) plans.set(slot.code, planOf(place, slot, before.get(slot.code)));
    return problem ? [{ field: `planogram.slots.${index}`, message: `${slot.code} ${problem}` }] : [];
  });
  if (details.length > 0) throw new AppError("INVALID_REQUEST", details[0]?.message, { details });
  if (exact && plans.size === 0) throw new AppError("INVALID_REQUEST", "A machine has at least one slot.", { details: [{ field: "planogram.slots", message: "is empty" }] });
  return { template, slots: exact ? [...plans.values()] : places.map((place) => plans.get(place.code) ?? planOf(place, undefined, before.get(place.code))) };
}

/** Where a slot stands that the template does not have: its letter is the tray, its number the place in it. It dispenses like the others of its tray. */
function addedPlace({ code, capacity = 0 }: NamedSlot, places: readonly TemplateSlot[]): TemplateSlot {
  const row = code.charCodeAt(0) - 64;
  const neighbour = places.find((place) => place.row === row) ?? places[0];
  return { code, row, column: Number(code.slice(1)), capacity, mechanism: neighbour?.mechanism ?? "motor" };
}

function planOf(place: TemplateSlot, slot: NamedSlot | undefined, kept: KeptSettings | undefined): SlotPlan {
  const capacity = slot?.capacity ?? place.capacity;
  const disabled = kept?.disabledReason ?? null;
  return {
    code: place.code,
    row: place.row,
    column: place.column,
    capacity,
    par: kept?.par == null || kept.par > capacity ? null : kept.par,
    mechanism: kept?.mechanism ?? place.mechanism,
    disabledReason: slot?.enabled === undefined ? disabled : slot.enabled ? null : (disabled ?? "manual"),
    productId: slot?.productId ?? null,
    price: slot?.price ? BigInt(slot.price) : null,
    count: slot?.count ?? 0,
  };
}

function problemOf(slot: NamedSlot, place: TemplateSlot, own: ReadonlySet<string>, others: readonly SlotPlan[]): string | null {
  const capacity = slot.capacity ?? place.capacity;
  if (slot.productId && !own.has(slot.productId)) return "has a product that the organization does not have";
  if (!slot.productId && slot.count > 0) return "has items but no product";
  if (capacity < 1) return "needs a capacity: the template has no such slot";
  if (slot.count > capacity) return `holds at most ${capacity}`;
  if (place.column < 1) return "has no place: columns are counted from 1";
  const there = others.find((other) => other.row === place.row && other.column === place.column);
  return there ? `would stand where ${there.code} stands` : null;
}
