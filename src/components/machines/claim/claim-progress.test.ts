import { describe, expect, test } from "vitest";
import { claimWords, nextLook, progressOf } from "./claim-progress.ts";

describe("a live code", () => {
  test("goes through its stations", () => expect((["waiting", "claimed", "connected"] as const).map((state) => progressOf({ state }))).toEqual([1, 2, 3]));
  test("is looked at often until the machine is connected, then seldom", () => {
    expect(nextLook(undefined)).toBe(4_000);
    expect(nextLook({ state: "claimed" })).toBe(4_000);
    expect(nextLook({ state: "connected" })).toBe(10_000);
  });
  test("of a machine that went offline again does not say it is done", () => {
    expect(claimWords({ state: "connected", online: false })).toBe("connectedOffline");
    expect(claimWords({ state: "connected", online: true })).toBe("connectedOnline");
  });
});

test.each(["expired", "superseded", "unknown"] as const)("a code that is %s is dead and not asked for again", (state) => {
  expect(progressOf({ state })).toBeNull();
  expect(nextLook({ state })).toBe(false);
  expect(claimWords({ state, online: false })).toBe(state);
});
