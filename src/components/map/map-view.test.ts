import { describe, expect, it } from "vitest";
import { allowed, areTogether, minScale, panned, pointAt, screenOf, viewInto, viewOf, zoomed } from "./map-view.ts";
import { project } from "./projection.ts";
import { scaleBar } from "./map-scale.ts";

const SIZE = { width: 800, height: 400 };
const SEOUL = { latitude: 37.5665, longitude: 126.978 };
const BUSAN = { latitude: 35.1796, longitude: 129.0756 };

describe("what a map shows", () => {
  it("is the inhabited world when there is no place", () => {
    const view = viewOf([], SIZE);
    for (const place of [SEOUL, { latitude: 71, longitude: 25 }, { latitude: -54.8, longitude: -68.3 }, { latitude: 21, longitude: -157 }]) {
      const { left, top } = screenOf(view, SIZE, project(place));
      expect(left).toBeGreaterThanOrEqual(0);
      expect(left).toBeLessThanOrEqual(SIZE.width);
      expect(top).toBeGreaterThanOrEqual(0);
      expect(top).toBeLessThanOrEqual(SIZE.height);
    }
  });

  it("is all places, with room around them", () => {
    const view = viewOf([SEOUL, BUSAN], SIZE);
    for (const place of [SEOUL, BUSAN]) {
      const { left, top } = screenOf(view, SIZE, project(place));
      expect(left).toBeGreaterThan(30);
      expect(left).toBeLessThan(SIZE.width - 30);
      expect(top).toBeGreaterThan(30);
      expect(top).toBeLessThan(SIZE.height - 30);
    }
    expect(view.scale).toBeGreaterThan(10 * minScale(SIZE));
  });

  it("has a single place in the middle, and something around it", () => {
    const view = viewOf([SEOUL], SIZE);
    expect(screenOf(view, SIZE, project(SEOUL))).toEqual({ left: expect.closeTo(400, 6), top: expect.closeTo(200, 6) });
    expect(Math.abs(screenOf(view, SIZE, project(BUSAN)).left - 400)).toBeLessThan(400);
  });

  it("does not leave the world", () => {
    const view = panned(viewOf([SEOUL], SIZE), SIZE, 1e7, -1e7);
    expect(screenOf(view, SIZE, { x: 1, y: 0 })).toEqual({ left: expect.closeTo(800, 4), top: expect.closeTo(0, 4) });
    expect(zoomed(view, SIZE, 1e-9).scale).toBe(minScale(SIZE));
    expect(zoomed(view, SIZE, 1e9).scale).toBe(allowed({ x: 0, y: 0, scale: Infinity }, SIZE).scale);
  });

  it("stays under the pointer while it grows, also at the largest scale", () => {
    const at = { left: 650, top: 90 };
    let view = viewOf([SEOUL], SIZE);
    const before = pointAt(view, SIZE, at);
    for (let turn = 0; turn < 20; turn++) view = zoomed(view, SIZE, 1.5, at);
    expect(pointAt(view, SIZE, at)).toEqual({ x: expect.closeTo(before.x, 9), y: expect.closeTo(before.y, 9) });
  });

  it("takes a group apart, unless its places are the same", () => {
    const points = [SEOUL, { ...SEOUL, longitude: SEOUL.longitude + 0.05 }].map(project);
    expect(areTogether(points, 30)).toBe(false);
    const [one, other] = points.map((point) => screenOf(viewInto(points, SIZE), SIZE, point));
    expect((other?.left ?? 0) - (one?.left ?? 0)).toBeGreaterThan(30);
    expect(areTogether([project(SEOUL), project(SEOUL)], 30)).toBe(true);
  });
});

describe("the scale's bar", () => {
  it("is a round length that fits, shorter in the north for the same pixels", () => {
    const equator = scaleBar({ x: 0.5, y: 0.5, scale: 40_075_017 / 1000 }, 90);
    expect(equator).toEqual({ metres: 50_000, pixels: expect.closeTo(50, 6) });
    const north = scaleBar({ ...project({ latitude: 60, longitude: 0 }), scale: 40_075_017 / 1000 }, 90);
    expect(north.metres / north.pixels).toBeCloseTo(500, 3);
  });
});
