import { z } from "zod";
import { cursorInput, cursorOf, micro, timestamp } from "../schema.ts";

export const balanceOutput = z.object({
  balance: micro.describe("posted"),
  held: micro.describe("reserved by operations under way"),
  available: micro.describe("balance less held"),
  burnPerHour: micro.describe("what all that runs now costs an hour"),
  runsOutAt: timestamp.nullable().describe("when available reaches zero at this burn; null when nothing burns"),
  lowThreshold: micro.describe("below this nothing new can be created"),
});

export const transferOutput = z.object({
  id: z.string(),
  kind: z.enum(["grant", "usage", "adjustment", "reversal"]),
  amount: micro.describe("positive: received; negative: spent"),
  balanceAfter: micro,
  description: z.string(),
  subjectType: z.string().nullable(),
  subjectId: z.string().nullable(),
  createdAt: timestamp,
});

export const historyInput = cursorInput;
export const historyOutput = cursorOf(transferOutput);

export const creditChartInput = z.object({ range: z.enum(["24h", "7d", "30d"]).default("7d") });

export const creditChartOutput = z.object({
  bucketSeconds: z.number().int(),
  points: z.array(z.object({ at: timestamp, balance: micro.describe("when the bucket ends; in the last one, now"), spent: micro.describe("in the bucket that begins at `at`") })),
  forecast: z.array(z.object({ at: timestamp, balance: micro })).describe("from now until it runs out, at the present burn; at most 30 days"),
  burn: z.array(z.object({ resourceId: z.string(), resourceName: z.string(), resourceType: z.string(), perHour: micro })),
  burnPerHour: micro,
  runsOutAt: timestamp.nullable(),
});

export const grantInput = z.object({
  organizationId: z.string().max(64),
  amount: micro.refine((value) => BigInt(value) > 0n && BigInt(value) <= 1_000_000_000_000n, { error: "must be more than zero and at most 1,000,000 credits" }),
  reason: z.string().trim().min(3, { error: "must say why, in at least 3 characters" }).max(200),
  /** made by the form; a repetition grants once */
  idempotencyKey: z.uuid(),
});
