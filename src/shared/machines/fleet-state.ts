import type { MachineStatus } from "./states.ts";

/** How a machine stands on the fleet's map, what needs somebody first. */
export const FLEET_STATES = ["alert", "offline", "online", "unclaimed"] as const;
export type FleetState = (typeof FLEET_STATES)[number];

/** One that is away is shown as away, whatever it warned of before: nothing it says holds any more. */
export function fleetStateOf({ status, alerts }: { status: MachineStatus; alerts: number }): FleetState {
  if (status === "draft" || status === "awaiting_claim") return "unclaimed";
  if (status !== "online") return "offline";
  return alerts > 0 ? "alert" : "online";
}
