import { describe, expect, it } from "vitest";
import { dragged, rangeMs, SHORTEST_MS, shift, zoomIn, zoomOut } from "./ranges.ts";

const HOUR = 3_600_000;
const now = Date.parse("2026-06-01T12:00:00Z");
const span = { from: now - 4 * HOUR, to: now, live: true };

describe("a stretch of time", () => {
  it("is halved and doubled around its middle, never beyond now", () => {
    expect(zoomIn(span)).toEqual({ from: now - 3 * HOUR, to: now - HOUR, live: false });
    expect(zoomOut(zoomIn(span), now)).toEqual({ ...span, live: false });
    expect(zoomOut(span, now)).toEqual({ from: now - 8 * HOUR, to: now, live: false });
  });
  it("does not get too short or endless", () => {
    const tiny = Array.from({ length: 20 }).reduce<typeof span>((each) => zoomIn(each), span);
    expect(tiny.to - tiny.from).toBe(SHORTEST_MS);
    const huge = Array.from({ length: 20 }).reduce<typeof span>((each) => zoomOut(each, now), span);
    expect(huge.to - huge.from).toBe(2 * rangeMs("1y"));
  });
  it("moves by half its length", () => {
    expect(shift(span, -1, now)).toEqual({ from: now - 6 * HOUR, to: now - 2 * HOUR, live: false });
    expect(shift(span, 1, now)).toEqual({ ...span, live: false });
  });
  it("can be dragged in both directions, but not by a slip of the hand", () => {
    expect(dragged(now, now - HOUR)).toEqual({ from: now - HOUR, to: now, live: false });
    expect(dragged(now, now + 1_000)).toBeNull();
  });
});
