import { describe, expect, it } from "vitest";
import type { FleetMachine } from "#shared/machines/fleet.ts";
import { countStates, fleetMarkers, matching, withStatus } from "./fleet.ts";

const machine = (id: string, change: Partial<FleetMachine> = {}): FleetMachine => ({ id, organizationId: "org", name: id, status: "online", latitude: 1, longitude: 2, alerts: 0, ...change });
const fleet = [machine("Atrium"), machine("Bench", { status: "offline" }), machine("Court", { alerts: 1 }), machine("Dock", { status: "draft", latitude: null }), machine("east dock", { longitude: null })];
const ids = (machines: readonly { id: string }[]) => machines.map(({ id }) => id);

describe("the fleet on the map", () => {
  it("is counted by state", () => expect(countStates(fleet)).toEqual({ alert: 1, offline: 1, online: 2, unclaimed: 1 }));

  it("shows those that need somebody first, and is filtered by state, name and place", () => {
    expect(ids(matching(fleet, { state: null, q: "", unlocated: false }))).toEqual(["Court", "Bench", "Atrium", "east dock", "Dock"]);
    expect(ids(matching(fleet, { state: "online", q: "", unlocated: false }))).toEqual(["Atrium", "east dock"]);
    expect(ids(matching(fleet, { state: null, q: " DOCK ", unlocated: false }))).toEqual(["east dock", "Dock"]);
    expect(ids(matching(fleet, { state: null, q: "", unlocated: true }))).toEqual(["east dock", "Dock"]);
  });

  it("has a marker for each that has a place", () => {
    const markers = fleetMarkers(fleet, ({ name }, state) => `${name}, ${state}`);
    expect(markers.map(({ label, tone }) => [label, tone])).toEqual([["Atrium, online", "ok"], ["Bench, offline", "bad"], ["Court, alert", "warn"]]);
  });

  it("changes one machine at a time, and nothing when it is not of it or is so already", () => {
    const after = withStatus(fleet, "Atrium", "offline");
    expect([after[0]?.status, after[1], after.length]).toEqual(["offline", fleet[1], 5]);
    expect(withStatus(fleet, "Atrium", "online")).toBe(fleet);
    expect(withStatus(fleet, "elsewhere", "offline")).toBe(fleet);
  });

  it("is made into markers and lists in no time, however large it is", () => {
    const large = Array.from({ length: 10_000 }, (_, index) => machine(`m${index}`, { latitude: (index % 170) - 85, longitude: (index % 359) - 179 }));
    expect([fleetMarkers(large, () => "").length, matching(large, { state: "online", q: "m9999", unlocated: false }).length]).toEqual([10_000, 1]);
  });
});
