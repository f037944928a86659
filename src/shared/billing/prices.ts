import { z } from "zod";
import { isId } from "../ids.ts";
import { micro, timestamp } from "../schema.ts";
import { meterPolicy } from "./policy.ts";

/** Prices of plans and upgrades: versions, each from a time on. */
export const pricePerHour = z
  .string()
  .regex(/^\d{1,15}$/, { error: "must be a whole number of micro-credits, not below zero, with at most 15 digits" })
  .describe("micro-credits an hour");

/** Years ahead of which nobody plans. */
const LATEST = "2100-01-01T00:00:00.000Z";

const subjectId = z.string().refine((value) => isId("plan", value) || isId("upgrade", value), { error: "must be the id of a plan or an upgrade" });
const instant = timestamp.refine((value) => value < LATEST, { error: "must be before the year 2100" });

export const priceListInput = z.object({ subjectId });

export const priceScheduleInput = z.object({
  subjectId,
  computePricePerHour: pricePerHour.describe("micro-credits an hour while running"),
  storagePricePerHour: pricePerHour.describe("micro-credits an hour while existing"),
  policy: meterPolicy.optional().describe("how it is counted; absent: as before. Of plans alone"),
  effectiveFrom: instant.optional().describe("not in the past; absent: now"),
  appliesTo: z.enum(["new", "all"]).describe("new: VMs made, or upgraded, from then on; all: those that exist too"),
});

export const priceWithdrawInput = z.object({ subjectId, effectiveFrom: instant });

export const priceVersionOutput = z.object({
  effectiveFrom: timestamp,
  computePricePerHour: pricePerHour,
  storagePricePerHour: pricePerHour,
  policy: meterPolicy,
  appliesTo: z.enum(["new", "all"]),
  state: z.enum(["past", "current", "scheduled"]),
  createdBy: z.string().nullable().describe("name; null: the system"),
  createdAt: timestamp,
});
export const priceListOutput = z.object({ data: z.array(priceVersionOutput).describe("the latest first") });

export const pricePreviewOutput = z.object({
  running: z.number().int().describe("VMs whose price changes that are on now"),
  stopped: z.number().int().describe("the same, off"),
  customers: z.number().int(),
  before: micro.describe("what those VMs cost an hour, as they are on and off now, without the new price"),
  after: micro,
  biggest: z
    .array(z.object({ organizationId: z.string(), organizationName: z.string(), vms: z.number().int(), before: micro, after: micro }))
    .describe("customers with the biggest rises, at most ten"),
});

/** A price for all that will change what a VM costs. */
export const priceChangeOutput = z.object({ at: timestamp, running: micro, stopped: micro });

/** Prices for all to come, as far as they change what an organization pays for what is on now. */
export const comingPricesOutput = z.object({
  data: z
    .array(
      z.object({
        at: timestamp,
        before: micro.describe("what all that changes then costs an hour before"),
        after: micro,
        count: z.number().int().describe("resources whose price changes"),
        resources: z.array(z.object({ resourceType: z.string(), resourceId: z.string(), resourceName: z.string(), before: micro, after: micro })).describe("those that change most, at most 20"),
      }),
    )
    .describe("the next first"),
});
