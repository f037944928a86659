import type { Planogram, PlanogramSave, PlanogramSlot } from "#shared/machines/planogram.ts";
import type { Slot } from "../types.ts";

/** What an edit of the slots begins with, and what they are to be. */
export interface PlanogramEdit {
  base: Planogram;
  slots: readonly PlanogramSlot[];
}

const FIELDS = ["capacity", "par", "mechanism", "productId", "price", "disabledReason"] as const;

export function beginEdit(base: Planogram): PlanogramEdit {
  return { base, slots: base.slots };
}

/** Codes of the slots that are other than they were. */
export function changedSlots({ base, slots }: PlanogramEdit): Set<string> {
  const before = new Map(base.slots.map((slot) => [slot.code, slot]));
  return new Set(slots.filter((slot) => FIELDS.some((field) => slot[field] !== before.get(slot.code)?.[field])).map((slot) => slot.code));
}

/** Newer counts under an edit that goes on; an edit without a change begins anew with what is there now. */
export function withNews(edit: PlanogramEdit, news: Planogram): PlanogramEdit {
  const changed = changedSlots(edit);
  if (changed.size === 0) return beginEdit(news);
  if (news.configVersion !== edit.base.configVersion) return edit;
  const fresh = new Map(news.slots.map((slot) => [slot.code, slot]));
  return {
    base: news,
    slots: edit.slots.map((slot) => {
      const now = fresh.get(slot.code);
      if (!now) return slot;
      const { count, reserved, uncertain, countedAt } = now;
      // What is said to be in it of another product is not what is counted now.
      return { ...slot, reserved, uncertain, countedAt, ...(slot.productId === now.productId ? { count } : {}) };
    }),
  };
}

export function changeSlot(edit: PlanogramEdit, code: string, change: Partial<PlanogramSlot>): PlanogramEdit {
  return { ...edit, slots: edit.slots.map((slot) => (slot.code === code ? { ...slot, ...change } : slot)) };
}

/** A product that is put into a slot has no pieces in it, unless it was there before. */
export function putProduct(edit: PlanogramEdit, code: string, product: { id: string; name: string; sku: string; price: string } | null): PlanogramEdit {
  const before = edit.base.slots.find((slot) => slot.code === code);
  return changeSlot(edit, code, {
    productId: product?.id ?? null,
    productName: product?.name ?? null,
    sku: product?.sku ?? null,
    productPrice: product?.price ?? null,
    price: null,
    count: before && before.productId === (product?.id ?? null) ? before.count : 0,
  });
}

/** Two slots change what is in them: product, price and pieces, as far as they fit. The slots themselves stay what they are. */
export function swapSlots(edit: PlanogramEdit, from: string, to: string): PlanogramEdit {
  const one = edit.slots.find((slot) => slot.code === from);
  const other = edit.slots.find((slot) => slot.code === to);
  if (!one || !other || from === to) return edit;
  return changeSlot(changeSlot(edit, from, contentOf(other, one)), to, contentOf(one, other));
}

function contentOf(source: PlanogramSlot, target: PlanogramSlot): Partial<PlanogramSlot> {
  const { productId, productName, sku, price, productPrice } = source;
  // The same product on both sides: nobody carries its pieces over.
  const count = source.productId === target.productId ? target.count : Math.min(source.count, target.capacity);
  return { productId, productName, sku, price, productPrice, count };
}

/** As the API takes it. */
export function toSave(edit: PlanogramEdit): PlanogramSave {
  const changed = changedSlots(edit);
  const before = new Map(edit.base.slots.map((slot) => [slot.code, slot]));
  return {
    id: edit.base.machineId,
    expectedVersion: edit.base.configVersion,
    slots: edit.slots
      .filter((slot) => changed.has(slot.code))
      .map(({ code, capacity, par, mechanism, productId, price, disabledReason, count }) => ({
        code,
        capacity,
        par,
        mechanism,
        productId,
        price,
        enabled: disabledReason === null,
        ...(before.get(code)?.productId === productId ? {} : { count }),
      })),
  };
}

/** As the grid draws it. */
export function asGridSlot(slot: PlanogramSlot): Slot {
  const { code, row, column, capacity, count, price, productId, productName, sku, productPrice } = slot;
  const product = productId === null ? null : { id: productId, name: productName ?? "", sku: sku ?? "", price: productPrice ?? "0" };
  return { code, row, column, capacity, count, price, product };
}
