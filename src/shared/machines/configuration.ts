import { z } from "zod";
import { timestamp } from "../schema.ts";

/**
 * How what a machine has stands to what it should have. unclaimed: no device yet; waiting: the device has not answered for the newest version; refused: it said
 * why it does not take it; differs: it says it has the newest version, and something in it is other than it should be.
 */
export const CONFIGURATION_STATES = ["unclaimed", "current", "waiting", "refused", "differs"] as const;

export const configurationOutput = z.object({
  state: z.enum(CONFIGURATION_STATES),
  version: z.number().int().describe("of what it should have"),
  reported: z
    .object({ version: z.number().int(), at: timestamp, error: z.string().nullable().describe("why the device does not take the newest version") })
    .nullable()
    .describe("null: the device has never said what it has"),
  differences: z
    .array(
      z.object({
        slot: z.string().nullable().describe("null: of the machine as a whole"),
        field: z.enum(["price", "product", "capacity", "slot", "heartbeat_seconds", "timezone"]),
        desired: z.string().nullable(),
        reported: z.string().nullable(),
      }),
    )
    .describe("where the device's report is other than what it should have; prices in micro-credits"),
});
export type Configuration = z.output<typeof configurationOutput>;
