import { z } from "zod";
import { id } from "../schema.ts";
import { MACHINE_STATUSES } from "./states.ts";

/** Of so many machines a map and its list stay usable. */
export const MAX_FLEET = 10_000;

/** No more than a map needs: the rest is asked for when a machine is pressed. */
export const fleetMachineOutput = z.object({
  id: z.string(),
  organizationId: z.string(),
  name: z.string(),
  status: z.enum(MACHINE_STATUSES),
  latitude: z.number().nullable(),
  longitude: z.number().nullable(),
  alerts: z.number().int().describe("open, of severity warning or critical"),
});
export type FleetMachine = z.output<typeof fleetMachineOutput>;

export const fleetInput = z.object({ organizationId: id("organization").optional() });
export const fleetOutput = z.object({
  data: z.array(fleetMachineOutput).describe(`those in service and those that are being set up, by name; at most ${MAX_FLEET}`),
  total: z.number().int(),
});
