import { describe, expect, test } from "vitest";
import { durationParts } from "./duration-parts.ts";

describe("durationParts", () => {
  test("picks the largest unit", () => {
    expect(durationParts(59).unit).toBe("seconds");
    expect(durationParts(3_700)).toMatchObject({ unit: "hours", hours: 1, minutes: 1 });
    expect(durationParts(90_000)).toMatchObject({ unit: "days", days: 1, hours: 1 });
  });
  test("a clock that ran backwards shows zero", () => expect(durationParts(-5)).toMatchObject({ unit: "seconds", seconds: 0 }));
});
