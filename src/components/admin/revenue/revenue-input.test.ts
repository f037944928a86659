import { describe, expect, test } from "vitest";
import { monthChoices, revenueInputOf } from "./revenue-input.ts";

const now = Date.parse("2026-02-01T00:30:00Z");

describe("revenueInputOf", () => {
  test("the last six months, by month", () => expect(revenueInputOf({}, now)).toEqual({ from: "2025-09", to: "2026-02", by: "month" }));
  test("one month goes by day, unless it says otherwise", () => {
    expect(revenueInputOf({ from: "2026-01", to: "2026-01" }, now).by).toBe("day");
    expect(revenueInputOf({ from: "2026-01", to: "2026-01", by: "month" }, now).by).toBe("month");
  });
  test("four months cannot go by day", () => expect(revenueInputOf({ from: "2025-10", to: "2026-01", by: "day" }, now).by).toBe("month"));
  test.each([{ from: "2026-03", to: "2026-01" }, { from: "2020-01", to: "2026-01" }])("%j becomes its last month", (asked) => {
    expect(revenueInputOf(asked, now)).toMatchObject({ from: "2026-01", to: "2026-01" });
  });
  test("what is no month is left out", () => expect(revenueInputOf({ from: "2026-13", to: "x", by: "week" }, now)).toEqual({ from: "2025-09", to: "2026-02", by: "month" }));
});

test("months to choose from go back over the year's end", () => {
  const months = monthChoices(now);
  expect(months.slice(0, 3)).toEqual(["2026-02", "2026-01", "2025-12"]);
  expect(months).toHaveLength(36);
});
