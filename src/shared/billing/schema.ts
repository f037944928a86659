import { z } from "zod";
import { cursorInput, cursorOf, id, micro, pageInput, pageOf, timestamp } from "../schema.ts";

export const balanceOutput = z.object({
  balance: micro.describe("posted"),
  held: micro.describe("reserved by operations under way"),
  available: micro.describe("balance less held"),
  burnPerHour: micro.describe("what all that runs now costs an hour"),
  runsOutAt: timestamp.nullable().describe("when nothing is left of what is on now, at its prices and those that are scheduled, less what expires unspent until then; null when nothing burns"),
  lowThreshold: micro.describe("below this nothing new can be created"),
  paid: micro.describe("of the balance: bought"),
  promotional: micro.describe("of the balance: given"),
  nextExpiry: z.object({ at: timestamp, amount: micro }).nullable().describe("the next credits that expire, if they are not spent before; null when none do"),
  owed: micro.describe("for hours past: the balance did not suffice"),
  stopsAt: timestamp.nullable().describe("credits are used up: when what runs is stopped, or was; null: all is paid"),
});

export const creditCategory = z.enum(["paid", "promotional"]);

export const transferOutput = z.object({
  id: z.string(),
  kind: z.enum(["grant", "topup", "usage", "sale", "expiry", "adjustment", "reversal"]),
  amount: micro.describe("positive: received; negative: spent"),
  paid: micro.describe("of the amount: into or out of paid credits"),
  promotional: micro.describe("of the amount: into or out of promotional credits"),
  balanceAfter: micro,
  description: z.string(),
  subjectType: z.string().nullable(),
  subjectId: z.string().nullable(),
  reversesId: z.string().nullable().describe("of a reversal: the transfer that it gives back"),
  createdAt: timestamp,
});

export const historyInput = cursorInput;
export const historyOutput = cursorOf(transferOutput);

export const lotListInput = pageInput.extend({ all: z.boolean().default(false).describe("those too of which nothing is left") });
export const lotOutput = z.object({
  id: z.string(),
  category: creditCategory,
  priority: z.number().int().describe("lower is spent first; then what expires earlier, then what is older"),
  amount: micro.describe("that came in"),
  remaining: micro,
  expiresAt: timestamp.nullable(),
  /** of the transfer that brought it */
  kind: transferOutput.shape.kind,
  description: z.string(),
  createdAt: timestamp,
});
export const lotListOutput = pageOf(lotOutput);

export const creditChartInput = z.object({ range: z.enum(["24h", "7d", "30d"]).default("7d") });

export const creditChartOutput = z.object({
  bucketSeconds: z.number().int(),
  points: z.array(z.object({ at: timestamp, balance: micro.describe("when the bucket ends; in the last one, now"), spent: micro.describe("in the bucket that begins at `at`") })),
  forecast: z.array(z.object({ at: timestamp, balance: micro })).describe("corners of the line from now until it runs out, at the present burn and the prices that are scheduled; at most 30 days. Where credits expire unspent there are two at one moment"),
  lots: z.array(z.object({ left: micro, expiresAt: timestamp.nullable() })).describe("what can be spent, in the order of spending"),
  coming: z.array(z.object({ at: timestamp, perHour: micro })).describe("what burns from later moments on, by prices that are scheduled"),
  expiring: z.array(z.object({ at: timestamp, amount: micro })).describe("what expires unspent before it runs out, at the present burn"),
  burn: z.array(z.object({ resourceId: z.string(), resourceName: z.string(), resourceType: z.string(), perHour: micro })),
  burnPerHour: micro,
  runsOutAt: timestamp.nullable(),
});

/** A day of UTC: 2026-11-22. */
const day = z.iso.date();

export const creditSpendingOutput = z.object({
  resources: z.array(z.object({ id: z.string(), name: z.string(), type: z.string() })).describe("those that used most since `shownFrom`, the dearest first; at most eight"),
  days: z.array(z.object({ day, total: micro, amounts: z.array(micro).describe("of each of `resources`"), other: micro.describe("of all other resources") })).describe("without gaps, from the first of last month or earlier until today"),
  shownFrom: day,
  month: z.object({
    start: day,
    lastStart: day,
    soFar: micro,
    lastSoFar: micro.describe("in the last month up to the same moment of it"),
    lastTotal: micro,
  }),
});

/** At most a million credits are moved by hand at once. */
const amountByHand = micro.refine((value) => BigInt(value) > 0n && BigInt(value) <= 1_000_000_000_000n, { error: "must be more than zero and at most 1,000,000 credits" });
const reason = z.string().trim().min(3, { error: "must say why, in at least 3 characters" }).max(200);
/** made by the form; a repetition moves credits once */
const idempotencyKey = z.uuid();

export const grantInput = z.object({
  organizationId: z.string().max(64),
  amount: amountByHand,
  reason,
  category: creditCategory.optional().describe("promotional, when absent: a gift; paid: bought, and paid for otherwise than through a payment provider"),
  expiresAt: timestamp.optional().describe("what is not spent by then is taken back; absent: never"),
  priority: z.number().int().min(0).max(100).optional().describe("lower is spent first; 50 when absent"),
  idempotencyKey,
});

export const adjustInput = z.object({
  organizationId: z.string().max(64),
  direction: z.enum(["add", "subtract"]),
  amount: amountByHand,
  reason,
  idempotencyKey,
});

/** Of a grant that is revoked, or a charge that is refunded. */
export const giveBackInput = z.object({
  transferId: id("transfer"),
  amount: amountByHand.optional().describe("absent: all that is left"),
  reason,
  idempotencyKey,
});
