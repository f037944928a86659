import { expect, it } from "vitest";
import { monthsBetween, revenueInput } from "#shared/billing/revenue.ts";
import { monthsOf } from "./months.ts";

const now = new Date("2028-02-29T23:59:59Z");

it.each([
  [{}, ["2028-02", "2028-02", "2028-02-01T00:00:00.000Z", "2028-03-01T00:00:00.000Z"]],
  [{ from: "2027-12" }, ["2027-12", "2028-02", "2027-12-01T00:00:00.000Z", "2028-03-01T00:00:00.000Z"]],
  [{ to: "2027-12" }, ["2027-12", "2027-12", "2027-12-01T00:00:00.000Z", "2028-01-01T00:00:00.000Z"]],
])("%j are %j", (asked, [from, to, start, end]) => {
  const months = monthsOf(now, asked);
  expect([months.from, months.to, months.start.toISOString(), months.end.toISOString()]).toEqual([from, to, start, end]);
});

it.each([
  [{ from: "2028-05", to: "2028-04" }, "to"],
  [{ from: "2028-03" }, "to"],
  [{ from: "2025-02" }, "from"],
  [{ from: "2027-11", by: "day" as const }, "by"],
])("refuses %j, and says which field", (asked, field) => {
  expect(() => monthsOf(now, asked)).toThrow(expect.objectContaining({ code: "INVALID_REQUEST", extras: { details: [expect.objectContaining({ field })] } }));
});

it.each([{ from: "2028-13" }, { from: "2028-1" }, { to: "1999-12" }, { to: "2028-02-01" }, { by: "week" }])("refuses %j by its form", (input) => {
  expect(revenueInput.safeParse(input).success).toBe(false);
});

it("counts months over the year's end", () => {
  expect(monthsBetween({ from: "2027-11", to: "2028-02" })).toBe(4);
});
