import { describe, expect, test } from "vitest";
import { atPresentPrices, type Cart, change, changedPrices, creditsOf, fit, minorOf, piecesIn } from "./cart.ts";
import type { ShownProduct } from "./types.ts";

const water: ShownProduct = { slot: "A1", row: 0, column: 0, productId: "prd_1", name: "Water", sku: "W", description: "", price: "1500000", priceMinor: 150, available: 2, disabled: false };
const one: Cart = change([], water, 1, 10);

describe("cart", () => {
  test("takes no more than there is, nor than an order holds, and forgets a line of none", () => {
    const two = change(one, water, 1, 10);
    expect([piecesIn(two), creditsOf(two), minorOf(two)]).toEqual([2, 3_000_000n, 300]);
    expect(change(two, water, 1, 10)).toBe(two);
    expect(change(one, water, 1, 1)).toBe(one);
    expect(change(one, water, -1, 10)).toEqual([]);
  });
  test("gives way to what was sold meanwhile, and says so", () => {
    const two = change(one, water, 1, 10);
    expect(fit(two, { products: [water] })).toEqual({ cart: two, notices: [] });
    expect(fit(two, { products: [{ ...water, available: 1 }] })).toMatchObject({ cart: [{ quantity: 1 }], notices: [{ kind: "fewer", count: 1 }] });
    for (const products of [[{ ...water, available: 0 }], [{ ...water, productId: "prd_2" }], []]) expect(fit(two, { products })).toMatchObject({ cart: [], notices: [{ kind: "gone" }] });
  });
  test("keeps the price that was seen until the buyer agrees to another", () => {
    const front = { products: [{ ...water, price: "1900000", priceMinor: 190 }] };
    expect(creditsOf(fit(one, front).cart)).toBe(1_500_000n);
    expect(changedPrices(one, front)).toHaveLength(1);
    const agreed = atPresentPrices(one, front);
    expect([minorOf(agreed), changedPrices(agreed, front)]).toEqual([190, []]);
  });
});
