import type { MapMarker } from "#components/map/map-markers.ts";
import type { Tone } from "#components/ui/state-chip.tsx";
import type { FleetMachine } from "#shared/machines/fleet.ts";
import { FLEET_STATES, type FleetState, fleetStateOf } from "#shared/machines/fleet-state.ts";
import type { MachineStatus } from "#shared/machines/states.ts";

/** How a state looks: each has a shape of its own. */
export const FLEET_TONES: Record<FleetState, Tone> = { alert: "warn", offline: "bad", online: "ok", unclaimed: "off" };

/** The fleet after a machine has come or gone; the same array when it is not of it. */
export function withStatus(machines: FleetMachine[], id: string, status: MachineStatus): FleetMachine[] {
  const at = machines.findIndex((machine) => machine.id === id);
  const machine = machines[at];
  return !machine || machine.status === status ? machines : machines.with(at, { ...machine, status });
}

/** How many machines are in each state. */
export function countStates(machines: readonly FleetMachine[]): Record<FleetState, number> {
  const counts = { alert: 0, offline: 0, online: 0, unclaimed: 0 };
  for (const machine of machines) counts[fleetStateOf(machine)] += 1;
  return counts;
}

export interface FleetFilter {
  state: FleetState | null;
  q: string;
  /** only those that are not on the map */
  unlocated: boolean;
}

/** Machines that match, those that need somebody first, then by name as they come. */
export function matching(machines: readonly FleetMachine[], { state, q, unlocated }: FleetFilter): FleetMachine[] {
  const sought = q.trim().toLocaleLowerCase();
  const found = machines.filter((machine) => (state === null || fleetStateOf(machine) === state) && (!unlocated || !isLocated(machine)) && (sought === "" || machine.name.toLocaleLowerCase().includes(sought)));
  return FLEET_STATES.flatMap((each) => found.filter((machine) => fleetStateOf(machine) === each));
}

type Located = FleetMachine & { latitude: number; longitude: number };

export function isLocated(machine: FleetMachine): machine is Located {
  return machine.latitude !== null && machine.longitude !== null;
}

/** Those that have a place as markers. */
export function fleetMarkers(machines: readonly FleetMachine[], labelOf: (machine: FleetMachine, state: FleetState) => string): MapMarker[] {
  return machines.filter(isLocated).map((machine) => {
    const state = fleetStateOf(machine);
    return { id: machine.id, latitude: machine.latitude, longitude: machine.longitude, tone: FLEET_TONES[state], label: labelOf(machine, state) };
  });
}
