import { describe, expect, test } from "vitest";
import { dashOf, readingOf, type Series, seriesColor, totalAt } from "./chart-data.ts";

const format = (value: number) => `${value} c`;
const point = { at: "2026-01-01T00:00:00.000Z", a: 1, b: 2, low: 3, high: 5, none: null };

describe("readingOf", () => {
  test("a number, a band, and nothing", () => {
    expect(readingOf(point, { key: "a", label: "A" }, format)).toBe("1 c");
    expect(readingOf(point, { key: "low", upTo: "high", label: "Band", kind: "band" }, format)).toBe("3 c – 5 c");
    expect(readingOf(point, { key: "none", label: "None" }, format)).toBeNull();
    expect(readingOf(point, { key: "missing", label: "None" }, format)).toBeNull();
  });
});

test("the total is of the stack, not of what is drawn over it", () => {
  const series: Series[] = [{ key: "a", label: "A" }, { key: "b", label: "B", kind: "bar" }, { key: "low", upTo: "high", label: "Band", kind: "band" }, { key: "high", label: "Limit", kind: "line" }, { key: "none", label: "None" }];
  expect(totalAt(point, series)).toBe(3);
});

describe("without colour", () => {
  const series: Series[] = [{ key: "a", label: "A" }, { key: "band", label: "Band", kind: "band" }, { key: "f", label: "Forecast", dashed: true }, { key: "b", label: "B" }, { key: "c", label: "C" }];
  test("each line has its dash; the first is solid and a forecast like no other", () => {
    expect(series.map((_, index) => dashOf(series, index))).toEqual([undefined, "2 3", "5 4", "2 3", "9 3 2 3"]);
  });
});

test("what is left over has a colour of its own", () => {
  expect(seriesColor({ key: "a", label: "A", color: "rest" }, 3)).toBe("var(--sy-text-faint)");
  expect(seriesColor({ key: "a", label: "A" }, 9)).toBe("var(--sy-chart-2)");
});
