import { describe, expect, test } from "vitest";
import { otherReadings, signalStrength, uptimeParts } from "./readings.ts";

describe("signalStrength", () => {
  test.each([
    [-55, "excellent"],
    [-56, "good"],
    [-68, "fair"],
    [-80, "fair"],
    [-81, "weak"],
  ] as const)("%i dBm is %s", (dbm, word) => expect(signalStrength(dbm)).toBe(word));
});

describe("uptimeParts", () => {
  test("picks the largest unit", () => {
    expect(uptimeParts(59).unit).toBe("seconds");
    expect(uptimeParts(3_700)).toMatchObject({ unit: "hours", hours: 1, minutes: 1 });
    expect(uptimeParts(90_000)).toMatchObject({ unit: "days", days: 1, hours: 1 });
  });
  test("a clock that ran backwards shows zero", () => expect(uptimeParts(-5)).toMatchObject({ unit: "seconds", seconds: 0 }));
});

test("otherReadings leaves out what has a tile", () => expect(otherReadings({ temp_c: 4, water_l: 2, a_v: 1 })).toEqual([["a_v", 1], ["water_l", 2]]));
