import { describe, expect, it, test } from "vitest";
import { priceChangeInput } from "#shared/machines/price-changes.ts";
import { isNumberWrong, priceChangeOf, type PriceChangeValues } from "./price-change-values.ts";
import { creditsOf, productPrice, typedProductPrice } from "./product-price.ts";

const values: PriceChangeValues = { which: "all", products: [], where: "everywhere", machines: [], ownPrices: "change", kind: "percent", percent: "5", amount: "", price: "", step: "10000", mode: "nearest" };
const rounding = { step: "10000", mode: "nearest" };

test.each<[string, Partial<PriceChangeValues>, object]>([
  ["5", {}, { kind: "percent", basisPoints: 500, rounding }],
  ["-12.5 %", { percent: "-12.5 %" }, { kind: "percent", basisPoints: -1_250, rounding }],
  ["a typographer's minus", { percent: "−12.5" }, { kind: "percent", basisPoints: -1_250, rounding }],
  ["+3", { percent: "+3" }, { kind: "percent", basisPoints: 300, rounding }],
  ["an amount", { kind: "amount", amount: "-0.20" }, { kind: "amount", amount: "-200000", rounding }],
  ["a price", { kind: "set", price: "1.8" }, { kind: "set", price: "1800000" }],
])("%s is what the server takes", (_name, change, rule) => {
  const input = priceChangeOf({ ...values, ...change });
  expect(input).toEqual({ ownPrices: "change", rule });
  expect(priceChangeInput.safeParse(input).success).toBe(true);
});

test.each<[string, Partial<PriceChangeValues>]>([
  ["zero percent", { percent: "0" }],
  ["all of it", { percent: "-100" }],
  ["too much", { percent: "1000.01" }],
  ["three decimals", { percent: "1.234" }],
  ["no number", { percent: "five" }],
  ["no amount", { kind: "amount", amount: "0" }],
  ["an amount above the highest price", { kind: "amount", amount: "10000.01" }],
  ["a price of nothing", { kind: "set", price: "0" }],
  ["a comma", { kind: "set", price: "1,80" }],
  ["a price above the highest", { kind: "set", price: "10000.01" }],
])("%s is wrong", (_name, change) => {
  expect(priceChangeOf({ ...values, ...change })).toBeNull();
  expect(isNumberWrong({ ...values, ...change })).toBe(true);
});

describe("what is not said yet", () => {
  it("is not wrong, and no change either", () => {
    expect([priceChangeOf({ ...values, percent: " " }), isNumberWrong({ ...values, percent: " " })]).toEqual([null, false]);
  });

  it("may be the products or the machines", () => {
    expect(priceChangeOf({ ...values, which: "some" })).toBeNull();
    expect(priceChangeOf({ ...values, where: "some" })).toBeNull();
    expect(priceChangeOf({ ...values, which: "some", products: ["a"], where: "some", machines: ["b"] })).toMatchObject({ productIds: ["a"], machineIds: ["b"] });
    // What was chosen before "all" was is kept in the form, and not sent.
    expect(priceChangeOf({ ...values, products: ["a"], machines: ["b"] })).toEqual({ ownPrices: "change", rule: { kind: "percent", basisPoints: 500, rounding } });
  });
});

it("prices are typed as they are read", () => {
  expect(["1500000", "1800000", "10000000", "1234567890", "100", "1505000"].map(typedProductPrice)).toEqual(["1.50", "1.80", "10.00", "1234.56789", "0.0001", "1.505"]);
  for (const micro of ["1500000", "10000000000", "100", "1"]) expect(productPrice(typedProductPrice(micro))).toBe(micro);
  expect([creditsOf("-1.5"), creditsOf("x"), productPrice("-1.5")]).toEqual([-1_500_000n, null, null]);
});
