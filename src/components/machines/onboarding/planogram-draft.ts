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
  /** whether it is for sale */
  enabled: boolean;
}

export interface PlanogramDraft {
  templateId: string | null;
  slots: DraftSlot[];
}

/** What a slot's code can say: a letter for its row, two digits for its place in it. */
const MAX_ROWS = 26;
const MAX_COLUMNS = 99;

/** What is saved, to go on from. */
export function draftOf(machine: MachineDetail): PlanogramDraft {
  return {
    templateId: machine.templateId,
    slots: machine.slots.map(({ code, row, column, capacity, product, count, price, disabledReason }) => ({ code, row, column, capacity, productId: product?.id ?? null, count, price, enabled: disabledReason === null })),
  };
}

/** Another template: what was put into slots of the same code stays, cut to their capacity. */
export function withTemplate(draft: PlanogramDraft, template: Template): PlanogramDraft {
  const before = new Map(draft.slots.map((slot) => [slot.code, slot]));
  return {
    templateId: template.id,
    slots: template.slots.map(({ code, row, column, capacity }) => {
      const old = before.get(code);
      return { code, row, column, capacity, productId: old?.productId ?? null, count: Math.min(old?.count ?? 0, capacity), price: old?.price ?? null, enabled: true };
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

/** How many fit in; what was in it and no longer fits goes. */
export function setCapacity(draft: PlanogramDraft, code: string, capacity: number): PlanogramDraft {
  const fits = Math.max(1, Math.min(999, Math.round(capacity) || 1));
  return { ...draft, slots: draft.slots.map((slot) => (slot.code === code ? { ...slot, capacity: fits, count: Math.min(slot.count, fits) } : slot)) };
}

export function setEnabled(draft: PlanogramDraft, code: string, enabled: boolean): PlanogramDraft {
  return { ...draft, slots: draft.slots.map((slot) => (slot.code === code ? { ...slot, enabled } : slot)) };
}

export function withoutSlot(draft: PlanogramDraft, code: string): PlanogramDraft {
  return { ...draft, slots: draft.slots.filter((slot) => slot.code !== code) };
}

/** The slot that would come next: at the end of a slot's row, or the first of a row below all. As large as its neighbour. null: there is no more room for one. */
export function nextSlot(draft: PlanogramDraft, after: string, where: "row" | "newRow"): DraftSlot | null {
  const neighbour = draft.slots.find((slot) => slot.code === after);
  if (!neighbour) return null;
  const row = where === "row" ? neighbour.row : Math.max(...draft.slots.map((slot) => slot.row)) + 1;
  const column = Math.max(0, ...draft.slots.filter((slot) => slot.row === row).map((slot) => slot.column)) + 1;
  const code = `${String.fromCharCode(64 + row)}${column}`;
  const taken = draft.slots.some((slot) => slot.code === code);
  if (row > MAX_ROWS || column > MAX_COLUMNS || taken) return null;
  return { code, row, column, capacity: neighbour.capacity, productId: null, count: 0, price: null, enabled: true };
}

export function withSlot(draft: PlanogramDraft, slot: DraftSlot): PlanogramDraft {
  return { ...draft, slots: [...draft.slots, slot].sort((a, b) => a.row - b.row || a.column - b.column) };
}

/** As the grid shows it. */
export function asSlots(draft: PlanogramDraft, products: readonly Product[]): Slot[] {
  const known = new Map(products.map((product) => [product.id, product]));
  return draft.slots.map(({ productId, enabled: _enabled, ...slot }) => ({ ...slot, product: productId ? (known.get(productId) ?? null) : null }));
}

/** As the API takes it: these slots and no others. */
export function toSave(draft: PlanogramDraft & { templateId: string }): NonNullable<SaveInput["planogram"]> {
  return { templateId: draft.templateId, exact: true, slots: draft.slots.map(({ code, productId, count, price, capacity, enabled }) => ({ code, productId, count, price, capacity, enabled })) };
}
