import { expect, it } from "vitest";
import { poolShare, poolSize } from "./pool-share.ts";

it.each([
  ["254", 127, 0, 0.5],
  ["6", 5, 1, 1],
  ["0", 0, 0, 1],
  [(2n ** 64n - 1n).toString(), 1_000_000, 0, 0],
])("of %s addresses %i and %i at rest are a share of %d", (size, taken, resting, share) => {
  expect(poolShare({ size, taken, resting })).toBe(share);
});

it.each([
  ["254", 254],
  ["1000000", 1_000_000],
  [(2n ** 64n - 1n).toString(), "2⁶⁴"],
  [(2n ** 80n).toString(), "2⁸⁰"],
])("%s is counted so that it can be read", (size, shown) => expect(poolSize(size)).toBe(shown));
