import { expect, test } from "vitest";
import { wholeUnits } from "./money.ts";

test("each currency has its own smallest unit", () => {
  expect([wholeUnits(2550, "USD"), wholeUnits(30_000, "KRW"), wholeUnits(1234, "KWD")]).toEqual([25.5, 30_000, 1.234]);
});
