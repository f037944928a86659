import { describe, expect, it } from "vitest";
import { daysBetween, daysOf, lastDays } from "./charge-range.ts";

describe("lastDays", () => {
  it("are whole days of UTC, today among them", () => {
    expect(lastDays("7d", Date.parse("2028-03-01T23:59:59.999Z"))).toEqual({ from: "2028-02-24T00:00:00.000Z", to: "2028-03-02T00:00:00.000Z" });
    expect(lastDays("31d", Date.parse("2028-03-01T00:00:00.000Z"))).toEqual({ from: "2028-01-31T00:00:00.000Z", to: "2028-03-02T00:00:00.000Z" });
  });
});

describe("daysBetween", () => {
  it("takes in both days", () => {
    const day = daysBetween("2028-02-29", "2028-02-29");
    expect(day).toEqual({ from: "2028-02-29T00:00:00.000Z", to: "2028-03-01T00:00:00.000Z" });
    expect(day && daysOf(day)).toEqual({ first: "2028-02-29", last: "2028-02-29" });
  });
  it.each([
    ["2028-03-02", "2028-03-01"],
    ["2028-01-01", "2029-01-01"],
    ["2027-02-29", "2027-03-01"],
    ["2028-3-1", "2028-03-02"],
    ["", "2028-03-02"],
    ["2028-03-01", "x"],
  ])("is none from %s to %s", (first, last) => expect(daysBetween(first, last)).toBeNull());
  it("is at most a leap year", () => expect(daysBetween("2028-01-01", "2028-12-31")).not.toBeNull());
});
