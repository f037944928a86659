import { expect, it } from "vitest";
import { commandWord, dataText } from "./command-words.ts";

it("says of an expired command whether it was ever sent", () => {
  expect(commandWord({ state: "expired", sentAt: null })).toBe("neverSent");
  expect(commandWord({ state: "expired", sentAt: "2026-01-01T00:00:00Z" })).toBe("expired");
  expect(commandWord({ state: "created", sentAt: null })).toBe("created");
});

it("writes what a machine said in one line", () => {
  expect(dataText({ motor: "ok", volts: 12.1, drop: false, note: null })).toBe("motor: ok · volts: 12.1 · drop: false · note: null");
  expect(dataText(null)).toBe("");
});
