import { describe, expect, test } from "vitest";
import { planogramRows, slotAfterKey, stockTone } from "./planogram.ts";
import type { Slot } from "./types.ts";

const product = { id: "p", name: "Water", sku: "W", price: "1" };
const slot = (code: string, row: number, column: number, count = 5): Slot => ({ code, row, column, capacity: 10, count, price: null, product });

describe("planogramRows", () => {
  test("orders by place, not by code or by how they came", () => {
    const rows = planogramRows([slot("B1", 2, 1), slot("A10", 1, 10), slot("A2", 1, 2)]);
    expect(rows.map((row) => row.map((each) => each.code))).toEqual([["A2", "A10"], ["B1"]]);
  });
});

describe("slotAfterKey", () => {
  const rows = planogramRows([slot("A1", 1, 1), slot("A2", 1, 2), slot("A3", 1, 3), slot("B1", 2, 1)]);
  test("moves by one and stops at the edges", () => {
    expect(slotAfterKey(rows, "A1", "ArrowRight")).toBe("A2");
    expect(slotAfterKey(rows, "A3", "ArrowRight")).toBeNull();
    expect(slotAfterKey(rows, "A1", "ArrowUp")).toBeNull();
  });
  test("down into a shorter row takes the nearest slot", () => expect(slotAfterKey(rows, "A3", "ArrowDown")).toBe("B1"));
  test("Home and End stay in the row", () => {
    expect(slotAfterKey(rows, "A2", "Home")).toBe("A1");
    expect(slotAfterKey(rows, "A2", "End")).toBe("A3");
  });
  test("leaves other keys alone", () => expect(slotAfterKey(rows, "A2", "Tab")).toBeNull());
});

describe("stockTone", () => {
  test("empty, low, good", () => {
    expect(stockTone(slot("A1", 1, 1, 0))).toBe("empty");
    expect(stockTone(slot("A1", 1, 1, 2))).toBe("low");
    expect(stockTone(slot("A1", 1, 1, 3))).toBe("good");
  });
  test("a slot without a product is not alarming", () => expect(stockTone({ count: 0, capacity: 10, product: null })).toBe("free"));
});
