import { fc } from "#server/testing/properties.ts";
import { describe, expect, it } from "vitest";
import { credits, formatCredits, parseCredits } from "./credits.ts";

describe("credits", () => {
  it("formats with the digits asked for, rounded half away from zero, in groups of three", () => {
    expect(formatCredits(1_234_567_890_000n)).toBe("1,234,567.89");
    expect(formatCredits(5_000n)).toBe("0.01");
    expect(formatCredits(4_999n)).toBe("0.00");
    expect(formatCredits(-5_000n)).toBe("-0.01");
    expect(formatCredits(-4_999n)).toBe("0.00");
    expect(formatCredits("12300", 4)).toBe("0.0123");
    expect(formatCredits(1_500_000n, 0)).toBe("2");
  });

  it("reads back what it wrote, exactly", () => {
    fc.assert(fc.property(fc.bigInt({ min: -(10n ** 17n), max: 10n ** 17n }), (micro) => parseCredits(formatCredits(micro, 6).replaceAll(",", "")) === micro));
  });

  it.each(["", "1,5", "1.2345678", "1e3", "NaN", "--1", "0x1", "١"])("refuses %j", (text) => {
    expect(() => parseCredits(text)).toThrow(RangeError);
  });

  it("counts a credit as a million", () => expect(credits(3)).toBe(3_000_000n));
});
