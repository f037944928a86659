import { describe, expect, it } from "vitest";
import { balancePoints, spendPoints } from "./chart-points.ts";

const now = Date.parse("2026-01-02T01:30:00.000Z");
const chart = {
  bucketSeconds: 3600,
  points: [
    { at: "2026-01-02T00:00:00.000Z", balance: "10000000", spent: "0" },
    { at: "2026-01-02T01:00:00.000Z", balance: "9000000", spent: "1000000" },
  ],
  forecast: [
    { at: "2026-01-02T01:30:00.000Z", balance: "8000000" },
    { at: "2026-01-02T02:30:00.000Z", balance: "7000000" },
    { at: "2026-01-02T03:30:00.000Z", balance: "6000000" },
  ],
};

describe("balancePoints", () => {
  it("puts a bucket's balance at its end, and the last one now, where the forecast begins", () => {
    expect(balancePoints(chart, now).slice(0, 2)).toEqual([
      { at: "2026-01-02T01:00:00.000Z", balance: 10, forecast: null },
      { at: "2026-01-02T01:30:00.000Z", balance: 9, forecast: 8 },
    ]);
  });
  it("looks as far ahead as back, and no further", () => {
    expect(balancePoints(chart, now).slice(2)).toEqual([
      { at: "2026-01-02T02:30:00.000Z", balance: null, forecast: 7 },
      { at: "2026-01-02T03:00:00.000Z", balance: null, forecast: 6.5 },
    ]);
  });
  it("has no forecast when nothing burns", () => {
    expect(balancePoints({ ...chart, forecast: [] }, now).every((point) => point["forecast"] === null)).toBe(true);
  });
});

describe("spendPoints", () => {
  it("counts in credits", () => expect(spendPoints(chart).map((point) => point["spent"])).toEqual([0, 1]));
});
