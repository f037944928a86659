import { expect, test } from "vitest";
import { liabilityPoints, movementPoints, PAID_IN, sumOf } from "./revenue-points.ts";

const line = (name: "topup" | "taken_back" | "usage" | "usage_given_back" | "grant", amount: string, paid: string, promotional: string) => ({ line: name, count: 1, amount, paid, promotional });
const lines = [line("topup", "10000000", "10000000", "0"), line("taken_back", "-4000000", "-4000000", "0"), line("grant", "5000000", "0", "5000000"), line("usage", "-3000000", "-1000000", "-2000000"), line("usage_given_back", "1000000", "250000", "750000")];
const step = { at: "2026-10-01T00:00:00.000Z", lines, closing: { amount: "9000000", paid: "5250000", promotional: "3750000" }, money: [] };

test("what came in is less what was taken back", () => expect(sumOf(lines, PAID_IN)).toBe(6_000_000n));
test("what was consumed is less what was given back, by the kind of credits", () => {
  expect(movementPoints([step])).toEqual([{ at: step.at, paid: 0.75, promotional: 1.25, income: 6 }]);
});
test("what is unspent stands where the step ends", () => expect(liabilityPoints([step])).toEqual([{ at: step.at, paid: 5.25, promotional: 3.75 }]));
