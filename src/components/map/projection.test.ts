import { describe, expect, it } from "vitest";
import { project, unproject } from "./projection.ts";

describe("the map's projection", () => {
  it("has the equator and Greenwich in its middle", () => {
    expect(project({ latitude: 0, longitude: 0 })).toEqual({ x: 0.5, y: 0.5 });
  });

  it("puts Seoul where other maps of this projection have it", () => {
    // EPSG:3857 of 126.978, 37.5665: 14135126.3 m east, 4518386.2 m north, of 20037508.34 to each side.
    const { x, y } = project({ latitude: 37.5665, longitude: 126.978 });
    expect(x).toBeCloseTo(0.5 + 14_135_126.3 / 40_075_016.68, 6);
    expect(y).toBeCloseTo(0.5 - 4_518_386.2 / 40_075_016.68, 5);
  });

  it("comes back to the place it went from", () => {
    for (const place of [{ latitude: 37.5665, longitude: 126.978 }, { latitude: -33.45, longitude: -70.66 }, { latitude: 0, longitude: 180 }]) {
      const back = unproject(project(place));
      expect(back.latitude).toBeCloseTo(place.latitude, 9);
      expect(back.longitude).toBeCloseTo(place.longitude, 9);
    }
  });

  it("keeps what is nearer to a pole, or beyond the edge, on the map", () => {
    expect(project({ latitude: 90, longitude: 0 }).y).toBeCloseTo(0, 6);
    expect(project({ latitude: -90, longitude: 0 }).y).toBeCloseTo(1, 6);
    expect(unproject({ x: 1.4, y: -3 })).toEqual({ longitude: 180, latitude: expect.closeTo(85.0511, 3) });
  });
});
