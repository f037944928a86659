import { z } from "zod";
import { cursorInput, cursorOf, micro, timestamp } from "../schema.ts";
import { BREAKDOWNS } from "./breakdowns.ts";

/** What was charged for which hour of what. */
const filter = {
  from: timestamp.optional().describe("hours that begin then or later"),
  to: timestamp.optional().describe("hours that begin before"),
  projectId: z.string().max(64).optional(),
  resourceType: z.string().max(32).optional().describe("kind of resource: vm"),
  resourceId: z.string().max(64).optional(),
};

export const chargeListInput = cursorInput.extend(filter);
export const chargeOutput = z.object({
  hourStart: timestamp,
  resourceType: z.string(),
  resourceId: z.string(),
  resourceName: z.string(),
  projectId: z.string().nullable(),
  component: z.string().describe("compute: while it runs; storage: while it exists"),
  seconds: z.number().int().describe("charged of the hour"),
  pricePerHour: micro.nullable(),
  amount: micro,
  paid: z.boolean().describe("false: owed, the balance did not suffice"),
  transferId: z.string().nullable(),
});
export const chargeListOutput = cursorOf(chargeOutput);

export const breakdownInput = z.object({ ...filter, from: filter.from.describe("hours that begin then or later; at most 366 days before the end, 31 when absent"), by: z.enum(BREAKDOWNS).default("resource") });
export const breakdownOutput = z.object({
  total: micro,
  hours: z.number().describe("charged, of all components together"),
  groups: z
    .array(z.object({ key: z.string().nullable().describe("id of the project or resource, the kind, or the day (UTC); null: of none"), name: z.string().nullable(), amount: micro, hours: z.number() }))
    .describe("the dearest first, days in their order; at most 400"),
  rest: z.object({ count: z.number().int(), amount: micro }).describe("what is beyond"),
});
