import type { MachineDetail, Product, SaveInput, Slot, Template } from "../types.ts";

/** A slot while it is edited: what fills it is a product's id, its price micro-credits or the product's own (null). */
export interface DraftSlot {
  code: string;
  row: number;
  column: number;
  capacity: number;
  productId: string | null;
  count: number;
  price: string | null;
}

export interface PlanogramDraft {
  templateId: string | null;
  slots: DraftSlot[];
}

/** What is saved, to go on from. */
export function draftOf(machine: MachineDetail): PlanogramDraft {
  return {
    templateId: machine.templateId,
    slots: machine.slots.map((slot) => ({ code: slot.code, row: slot.row, column: slot.column, capacity: slot.capacity, productId: slot.product?.id ?? null, count: slot.count, price: slot.price })),
  };
}

/** Another template: what was put into slots of the same code stays, cut to their capacity. */
export function withTemplate(draft: PlanogramDraft, template: Template): PlanogramDraft {
  const before = new Map(draft.slots.map((slot) => [slot.code, slot]));
  return {
    templateId: template.id,
    slots: template.slots.map((slot) => {
      const old = before.get(slot.code);
      return { ...slot, productId: old?.productId ?? null, count: Math.min(old?.count ?? 0, slot.capacity), price: old?.price ?? null };
    }),
  };
}

/** The slots to change: the chosen one alone, or its whole row. A product that is put in fills the slot; none empties it. */
export function fill(draft: PlanogramDraft, code: string, productId: string | null, scope: "slot" | "row"): PlanogramDraft {
  const row = draft.slots.find((slot) => slot.code === code)?.row;
  return {
    ...draft,
    slots: draft.slots.map((slot) => {
      const meant = scope === "slot" ? slot.code === code : slot.row === row;
      return meant ? { ...slot, productId, count: productId ? slot.capacity : 0, price: null } : slot;
    }),
  };
}

export function setCount(draft: PlanogramDraft, code: string, count: number): PlanogramDraft {
  return { ...draft, slots: draft.slots.map((slot) => (slot.code === code ? { ...slot, count: Math.max(0, Math.min(count, slot.capacity)) } : slot)) };
}

/** As the grid shows it. */
export function asSlots(draft: PlanogramDraft, products: readonly Product[]): Slot[] {
  const known = new Map(products.map((product) => [product.id, product]));
  return draft.slots.map(({ productId, ...slot }) => ({ ...slot, product: productId ? (known.get(productId) ?? null) : null }));
}

/** As the API takes it. */
export function toSave(draft: PlanogramDraft & { templateId: string }): NonNullable<SaveInput["planogram"]> {
  return { templateId: draft.templateId, slots: draft.slots.map(({ code, productId, count, price }) => ({ code, productId, count, price })) };
}
