import { describe, expect, test } from "vitest";
import { grantAmount } from "./grant-amount.ts";

describe("grantAmount", () => {
  test.each([
    ["25", 25_000_000n],
    [" 12.5 ", 12_500_000n],
    ["1,000,000", 1_000_000_000_000n],
    ["0.000001", 1n],
  ])("%j", (text, micro) => expect(grantAmount(text)).toBe(micro));
  test.each(["", "0", "-5", "abc", "1e3", "12,5", "0.0000001"])("%j is invalid", (text) => expect(grantAmount(text)).toBe("invalid"));
  test("one micro-credit above the most is too large", () => expect(grantAmount("1000000.000001")).toBe("tooLarge"));
});
