import { describe, expect, it } from "vitest";
import { priceOf, typedPrice } from "./price.ts";

describe("a price", () => {
  it.each([
    ["0.012", "12000"],
    ["0", "0"],
    ["1", "1000000"],
    [" 2.5 ", "2500000"],
    ["0.000001", "1"],
  ])("%j is %s micro-credits", (text, micro) => expect(priceOf(text)).toBe(micro));

  it.each(["", "-1", "1,5", "0.0000001", "free", "1e3", "."])("%j is none", (text) => expect(priceOf(text)).toBeNull());

  it.each(["0", "1", "10", "12000", "1000000", "1234567890000000", "100000000"])("%s is typed so that it is read again as the same", (micro) => expect(priceOf(typedPrice(micro))).toBe(micro));
});
