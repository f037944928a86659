import { z } from "zod";
import { id, timestamp } from "../schema.ts";

/** What stands in the way of taking a machine out of service for good. */
export const DECOMMISSION_OBSTACLES = ["orders", "refill"] as const;

export const decommissionCheckOutput = z.object({
  name: z.string().describe("to be repeated as `confirm`"),
  obstacles: z.array(z.object({ kind: z.enum(DECOMMISSION_OBSTACLES), count: z.number().int() })).describe("what must end first; without any it may be decommissioned"),
  online: z.boolean().describe("its device is connected now, and will be sent away"),
  itemsLeft: z.number().int().describe("pieces that are counted in its slots"),
  openAlerts: z.number().int().describe("they end with it"),
  openUpdates: z.number().int().describe("rollouts that it is left out of from then on"),
});
export type DecommissionCheck = z.infer<typeof decommissionCheckOutput>;

export const decommissionInput = z.object({ id: id("machine"), confirm: z.string().trim().max(200).describe("the machine's name") });

export const archiveOutput = z.object({
  decommissionedAt: timestamp,
  archive: z
    .object({ url: z.string().describe("where the file is had, with the same rights"), sizeBytes: z.number().int() })
    .nullable()
    .describe("null: it is written soon"),
});
