import { expect, it } from "vitest";
import { FAILURE_CODES } from "#shared/machines/device.ts";
import messages from "../../i18n/messages/en/diagnostics.json" with { type: "json" };
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

it("has words for every reason why a device does not do what it was told", () => {
  expect(Object.keys(messages.commands.code).sort()).toEqual([...FAILURE_CODES].sort());
});
