import { expect, test } from "vitest";
import { decimalsOf } from "./decimals.ts";

test("as many decimals as the most exact amount has, and two at least", () => {
  expect(decimalsOf([])).toBe(2);
  expect(decimalsOf(["100000000", "-25000000", "0", null])).toBe(2);
  expect(decimalsOf(["100000000", "-2500"])).toBe(4);
  expect(decimalsOf(["-1", "2500"])).toBe(6);
  expect(decimalsOf(["500000"])).toBe(2);
});
