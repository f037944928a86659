import { describe, expect, test } from "vitest";
import { otherReadings, signalStrength } from "./readings.ts";

describe("signalStrength", () => {
  test.each([
    [-55, "excellent"],
    [-56, "good"],
    [-68, "fair"],
    [-80, "fair"],
    [-81, "weak"],
  ] as const)("%i dBm is %s", (dbm, word) => expect(signalStrength(dbm)).toBe(word));
});

test("otherReadings leaves out what has a tile", () => expect(otherReadings({ temp_c: 4, water_l: 2, a_v: 1 })).toEqual([["a_v", 1], ["water_l", 2]]));
