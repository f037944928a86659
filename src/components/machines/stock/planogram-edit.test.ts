import { describe, expect, it } from "vitest";
import type { Planogram, PlanogramSlot } from "#shared/machines/planogram.ts";
import { beginEdit, changedSlots, changeSlot, putProduct, swapSlots, toSave, withNews } from "./planogram-edit.ts";

const slot = (code: string, change: Partial<PlanogramSlot> = {}): PlanogramSlot => ({
  code, row: 0, column: 1, capacity: 10, par: null, mechanism: "motor", productId: null, productName: null, sku: null, price: null, productPrice: null,
  disabledReason: null, count: 0, reserved: 0, uncertain: false, countedAt: null, ...change,
});
const COLA = { productId: "cola", productName: "Cola", sku: "COLA", productPrice: "2000000" };
const BAR = { productId: "bar", productName: "Bar", sku: "BAR", productPrice: "1000000" };
const BASE: Planogram = {
  machineId: "m", organizationId: "o", configVersion: 4,
  slots: [slot("A1", { ...COLA, count: 8, price: "2500000" }), slot("A2", { ...BAR, capacity: 6, count: 2 }), slot("A3")],
};
const of = (edit: { slots: readonly PlanogramSlot[] }, code: string) => edit.slots.find((one) => one.code === code);

describe("an edit of slots", () => {
  it("saves what changed and nothing else, with the version it began with", () => {
    const edit = changeSlot(beginEdit(BASE), "A2", { par: 5 });
    expect(toSave(edit)).toEqual({ id: "m", expectedVersion: 4, slots: [{ code: "A2", capacity: 6, par: 5, mechanism: "motor", productId: "bar", price: null, enabled: true }] });
    expect(changedSlots(changeSlot(edit, "A2", { par: null })).size).toBe(0);
  });

  it("swaps products, prices and pieces, as far as they fit, and twice is nothing", () => {
    const edit = swapSlots(beginEdit(BASE), "A1", "A2");
    expect(of(edit, "A1")).toMatchObject({ productId: "bar", price: null, count: 2, capacity: 10 });
    expect(of(edit, "A2")).toMatchObject({ productId: "cola", price: "2500000", count: 6, capacity: 6 });
    expect(toSave(edit).slots.map(({ code, count }) => [code, count])).toEqual([["A1", 2], ["A2", 6]]);
    expect(swapSlots(edit, "A1", "A1")).toBe(edit);
    expect(of(swapSlots(beginEdit(BASE), "A1", "A3"), "A1")).toMatchObject({ productId: null, count: 0, price: null });
  });

  it("of two slots of one product carries no pieces over", () => {
    const same = beginEdit({ ...BASE, slots: [slot("A1", { ...COLA, count: 8 }), slot("A2", { ...COLA, count: 1, price: "1" })] });
    const edit = swapSlots(same, "A1", "A2");
    expect(edit.slots.map((one) => [one.count, one.price])).toEqual([[8, "1"], [1, null]]);
    expect(toSave(edit).slots.every((one) => one.count === undefined)).toBe(true);
  });

  it("puts a product in without pieces, unless it was there", () => {
    const bar = { id: "bar", name: "Bar", sku: "BAR", price: "1000000" };
    const edit = putProduct(beginEdit(BASE), "A1", bar);
    expect(of(edit, "A1")).toMatchObject({ productId: "bar", count: 0, price: null });
    expect(of(putProduct(edit, "A1", { id: "cola", name: "Cola", sku: "COLA", price: "2000000" }), "A1")).toMatchObject({ count: 8 });
    expect(of(putProduct(edit, "A1", null), "A1")).toMatchObject({ productId: null, productName: null, count: 0 });
  });

  it("takes newer counts under it, and keeps its own word where another product is put in", () => {
    const edit = changeSlot(swapSlots(beginEdit(BASE), "A2", "A3"), "A1", { par: 5 });
    const news = { ...BASE, slots: BASE.slots.map((one) => ({ ...one, count: one.count + 1 })) };
    const after = withNews(edit, news);
    expect([of(after, "A1")?.count, of(after, "A3")?.count, of(after, "A1")?.par]).toEqual([9, 2, 5]);
    expect(withNews(beginEdit(BASE), { ...news, configVersion: 9 }).base.configVersion).toBe(9);
    // Somebody else's change is not taken under mine: saving tells of it.
    expect(withNews(edit, { ...news, configVersion: 5 })).toBe(edit);
  });
});
