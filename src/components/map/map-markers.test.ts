import { describe, expect, it } from "vitest";
import { GROUP_PX, groupMarkers, type MapMarker } from "./map-markers.ts";
import { project } from "./projection.ts";

const marker = (id: string, longitude: number, tone: MapMarker["tone"] = "ok", latitude = 37.5): MapMarker => ({ id, latitude, longitude, label: id, tone });

describe("markers near to each other", () => {
  it("are one group, which shows the state that most needs somebody", () => {
    const [group, ...others] = groupMarkers([marker("a", 127), marker("b", 127.001, "bad"), marker("c", 127.002, "warn")], 4096);
    expect(others).toEqual([]);
    expect(group?.markers.map((each) => each.id)).toEqual(["a", "b", "c"]);
    expect(group?.tone).toBe("bad");
  });

  it("come apart where the scale is large enough", () => {
    expect(groupMarkers([marker("a", 127), marker("b", 128)], 4096)).toHaveLength(1);
    expect(groupMarkers([marker("a", 127), marker("b", 128)], 65_536)).toHaveLength(2);
  });

  it("leaves no two groups that overlap, and loses none of a thousand", () => {
    const markers = Array.from({ length: 1000 }, (_, index) => marker(String(index), -180 + ((index * 137.508) % 360), "ok", -60 + ((index * 73.13) % 120)));
    const groups = groupMarkers(markers, 1024);
    expect(groups.flatMap((group) => group.markers.map((each) => each.id)).toSorted()).toEqual(markers.map((each) => each.id).toSorted());
    for (const [index, one] of groups.entries()) {
      for (const other of groups.slice(index + 1)) expect(Math.hypot(one.x - other.x, one.y - other.y) * 1024).toBeGreaterThanOrEqual(GROUP_PX);
    }
  });

  it("stands where its first marker stands", () => {
    const [group] = groupMarkers([marker("a", 127), marker("b", 127.5)], 1024);
    expect({ x: group?.x, y: group?.y }).toEqual(project(marker("a", 127)));
  });
});
