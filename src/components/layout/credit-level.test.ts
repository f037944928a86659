import { describe, expect, test } from "vitest";
import { creditLevel } from "./credit-level.ts";

const NOW = Date.parse("2026-03-01T00:00:00Z");
const balance = (over: Partial<Parameters<typeof creditLevel>[0]>) => ({ available: "25000000", lowThreshold: "1000000", runsOutAt: null, ...over });

describe("creditLevel", () => {
  test("is calm when nothing burns", () => expect(creditLevel(balance({}), NOW)).toEqual({ tone: "neutral", hoursLeft: null }));
  test("warns under three days", () => expect(creditLevel(balance({ runsOutAt: "2026-03-03T23:59:59Z" }), NOW)).toEqual({ tone: "warn", hoursLeft: 71 }));
  test("is calm at three days", () => expect(creditLevel(balance({ runsOutAt: "2026-03-04T00:00:00Z" }), NOW).tone).toBe("neutral"));
  test("alarms under a day", () => expect(creditLevel(balance({ runsOutAt: "2026-03-01T23:00:00Z" }), NOW)).toEqual({ tone: "bad", hoursLeft: 23 }));
  test("alarms when all is used up, even if nothing burns", () => expect(creditLevel(balance({ available: "0" }), NOW).tone).toBe("bad"));
  test("warns below the threshold for new resources", () => expect(creditLevel(balance({ available: "999999" }), NOW).tone).toBe("warn"));
  test("never counts below zero hours", () => expect(creditLevel(balance({ runsOutAt: "2026-02-28T00:00:00Z" }), NOW).hoursLeft).toBe(0));
});
