import { expect, test } from "vitest";
import { grantAmount } from "../grant-amount.ts";
import { exactCredits } from "./exact-credits.ts";

test.each([
  ["12500000", "12.5"],
  ["1", "0.000001"],
  ["100000000", "100"],
  ["1234000000", "1,234"],
  ["0", "0"],
])("%s micro-credits are %s", (micro, text) => expect(exactCredits(micro)).toBe(text));

test("what it writes can be typed", () => expect(grantAmount(exactCredits("999999999999"))).toBe(999_999_999_999n));
