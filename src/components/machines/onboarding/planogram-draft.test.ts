import { describe, expect, it } from "vitest";
import { asSlots, fill, nextSlot, type PlanogramDraft, setCapacity, setCount, setEnabled, toSave, withoutSlot, withSlot, withTemplate } from "./planogram-draft.ts";

const template = (columns: number, capacity: number) => ({
  id: `mtp_${columns}`,
  slug: "t",
  name: "T",
  description: "",
  heartbeatSeconds: 60,
  slots: ["A", "B"].flatMap((letter, row) => Array.from({ length: columns }, (_, i) => ({ code: `${letter}${i + 1}`, row: row + 1, column: i + 1, capacity }))),
});
const empty: PlanogramDraft = { templateId: null, slots: [] };

describe("a planogram while it is edited", () => {
  it("fills a slot, or its row, to capacity, and empties it", () => {
    const start = withTemplate(empty, template(3, 8));
    const one = fill(start, "A2", "prd_1", "slot");
    expect(one.slots.filter((slot) => slot.productId).map((slot) => [slot.code, slot.count])).toEqual([["A2", 8]]);
    const row = fill(one, "B1", "prd_2", "row");
    expect(row.slots.filter((slot) => slot.productId === "prd_2").map((slot) => slot.code)).toEqual(["B1", "B2", "B3"]);
    expect(fill(row, "B1", null, "row").slots.filter((slot) => slot.count > 0)).toHaveLength(1);
  });

  it("keeps what is in slots of the same code when the template changes, cut to their capacity", () => {
    const before = fill(withTemplate(empty, template(3, 8)), "A1", "prd_1", "row");
    const after = withTemplate(before, template(2, 5));
    expect(after.templateId).toBe("mtp_2");
    expect(after.slots.map((slot) => [slot.code, slot.productId, slot.count])).toEqual([["A1", "prd_1", 5], ["A2", "prd_1", 5], ["B1", null, 0], ["B2", null, 0]]);
  });

  it("keeps counts between nothing and the capacity", () => {
    const draft = fill(withTemplate(empty, template(1, 4)), "A1", "prd_1", "slot");
    expect(setCount(draft, "A1", 99).slots[0]?.count).toBe(4);
    expect(setCount(draft, "A1", -1).slots[0]?.count).toBe(0);
  });

  it("shows products by their id and saves what the API takes", () => {
    const draft = fill(withTemplate(empty, template(1, 4)), "A1", "prd_1", "slot");
    expect(asSlots(draft, [{ id: "prd_1", name: "Cola", sku: "C", price: "1" }])[0]?.product?.name).toBe("Cola");
    expect(toSave({ ...draft, templateId: "mtp_1" })).toEqual({ templateId: "mtp_1", exact: true, slots: [{ code: "A1", productId: "prd_1", count: 4, price: null, capacity: 4, enabled: true }, { code: "B1", productId: null, count: 0, price: null, capacity: 4, enabled: true }] });
  });

  it("makes a slot smaller or larger, and keeps no more in it than fits", () => {
    const draft = fill(withTemplate(empty, template(1, 4)), "A1", "prd_1", "slot");
    expect(setCapacity(draft, "A1", 2).slots[0]).toMatchObject({ capacity: 2, count: 2 });
    expect(setCapacity(draft, "A1", 20).slots[0]).toMatchObject({ capacity: 20, count: 4 });
    for (const nonsense of [0, -3, Number.NaN]) expect(setCapacity(draft, "A1", nonsense).slots[0]?.capacity).toBe(1);
  });

  it("takes a slot away or out of sale, and puts others at the end of a row or below all", () => {
    const draft = withoutSlot(setEnabled(withTemplate(empty, template(2, 4)), "A1", false), "A2");
    expect(draft.slots.map((slot) => [slot.code, slot.enabled])).toEqual([["A1", false], ["B1", true], ["B2", true]]);
    const inRow = nextSlot(draft, "B1", "row");
    expect(inRow).toMatchObject({ code: "B3", row: 2, column: 3, capacity: 4, productId: null, enabled: true });
    const below = nextSlot(draft, "A1", "newRow");
    expect(below).toMatchObject({ code: "C1", row: 3, column: 1 });
    const back = nextSlot(draft, "A1", "row");
    expect(back && withSlot(draft, back).slots.map((slot) => slot.code)).toEqual(["A1", "A2", "B1", "B2"]);
  });

  it("has no slot whose code would be no code, or another's", () => {
    const last = { code: "Z1", row: 26, column: 1, capacity: 1, productId: null, count: 0, price: null, enabled: true };
    expect(nextSlot({ templateId: "t", slots: [last] }, "Z1", "newRow")).toBeNull();
    expect(nextSlot({ templateId: "t", slots: [{ ...last, column: 99 }] }, "Z1", "row")).toBeNull();
    expect(nextSlot({ templateId: "t", slots: [last, { ...last, code: "Z2", row: 25, column: 7 }] }, "Z1", "row")).toBeNull();
    expect(nextSlot({ templateId: "t", slots: [last] }, "A1", "row")).toBeNull();
  });
});
