import { describe, expect, it } from "vitest";
import { credits } from "#shared/credits.ts";
import { estimate, hoursLeft, hoursUntil, perMonth } from "./forecast.ts";

const balance = { available: String(credits(10)), burnPerHour: "0", lowThreshold: String(credits(1)) };

describe("estimate", () => {
  it("holds the first hour and counts what is left at the new burn", () => {
    expect(estimate(balance, "100000")).toEqual({ hold: 100_000n, availableAfter: 9_900_000n, burnAfter: 100_000n, hoursLeftNow: null, hoursLeftAfter: 99, needed: null });
  });
  it("adds to what burns already", () => {
    expect(estimate({ ...balance, burnPerHour: "900000" }, "100000").hoursLeftAfter).toBe(9);
    expect(estimate({ ...balance, burnPerHour: "100000" }, "100000").hoursLeftNow).toBe(100);
  });
  it("needs the low threshold even for what costs less", () => {
    expect(estimate({ ...balance, available: "999999" }, "5000").needed).toBe(credits(1));
    expect(estimate({ ...balance, available: "1000000" }, "5000").needed).toBeNull();
  });
  it("needs the first hour when that is more than the threshold", () => {
    expect(estimate(balance, String(credits(11))).needed).toBe(credits(11));
  });
});

describe("hoursLeft", () => {
  it("is endless when nothing burns, and zero when nothing is left", () => {
    expect(hoursLeft("5", "0")).toBeNull();
    expect(hoursLeft("0", "1")).toBe(0);
    expect(hoursLeft("-5", "1")).toBe(0);
  });
});

describe("perMonth", () => {
  it("is 730 hours", () => expect(perMonth("5000")).toBe(3_650_000n));
});

describe("hoursUntil", () => {
  it("counts whole hours, and none of what is past", () => {
    expect(hoursUntil("2026-01-01T05:59:59.000Z", Date.parse("2026-01-01T00:00:00.000Z"))).toBe(5);
    expect(hoursUntil("2026-01-01T00:00:00.000Z", Date.parse("2026-01-02T00:00:00.000Z"))).toBe(0);
  });
});
