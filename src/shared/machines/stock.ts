import { z } from "zod";
import { cursorInput, cursorOf, id, pageInput, pageOf, timestamp } from "../schema.ts";
import { MACHINE_STATUSES } from "./states.ts";
import { slotCode } from "./schema.ts";

/** Why a slot's count changed. A device reports what it has; all others say what was done. */
export const MOVEMENT_KINDS = ["refill", "count", "dispense", "device", "correction", "spoilage", "import", "planogram"] as const;
export type MovementKind = (typeof MOVEMENT_KINDS)[number];

/** Failed dispenses one after the other that take a slot out of sale. */
export const FAILURES_TO_DISABLE = 3;

/** What a person does to counts outside of a refill. */
export const ADJUSTMENT_KINDS = ["count", "correction", "spoilage"] as const;
export type AdjustmentKind = (typeof ADJUSTMENT_KINDS)[number];

export const stockAdjustInput = z
  .object({
    id: id("machine"),
    kind: z.enum(ADJUSTMENT_KINDS).describe("count: somebody looked; correction: the record was wrong; spoilage: pieces were taken out and thrown away"),
    reason: z.string().trim().max(200).default("").describe("needed but for a count"),
    slots: z
      .array(z.object({ slot: slotCode, count: z.number().int().min(0).max(9_999).describe("count and correction: what is in it; spoilage: how many pieces are gone") }))
      .min(1)
      .max(200),
  })
  .refine((input) => input.kind === "count" || input.reason !== "", { path: ["reason"], error: "must say why" });
export const stockAdjustOutput = z.object({ slots: z.array(z.object({ slot: z.string(), before: z.number().int(), after: z.number().int() })) });

export const movementListInput = cursorInput.extend({ id: id("machine"), slot: slotCode.optional(), kind: z.enum(MOVEMENT_KINDS).optional() });
export const movementOutput = z.object({
  id: z.string(),
  at: timestamp,
  slot: z.string(),
  kind: z.enum(MOVEMENT_KINDS),
  delta: z.number().int(),
  countAfter: z.number().int(),
  productName: z.string().nullable(),
  reason: z.string(),
  actorName: z.string().nullable().describe("null: no person"),
  orderLineId: z.string().nullable(),
  refillId: z.string().nullable(),
});
export const movementListOutput = cursorOf(movementOutput);

/** Sales are looked at over this many days; with fewer than this many days, or pieces, nothing is foretold. */
export const FORECAST_DAYS = 28;
export const FORECAST_MIN_DAYS = 7;
export const FORECAST_MIN_SOLD = 3;
/** No forecast reaches further. */
export const FORECAST_MAX_DAYS = 365;

/** How long what is in it lasts. too_little: too few days or sales to say; unsold: nothing was sold in all the time; none: nothing to sell is in it by plan. */
export const COVER_BASES = ["sales", "too_little", "unsold", "none"] as const;
export const coverOutput = z.object({
  basis: z.enum(COVER_BASES),
  days: z.number().nullable().describe("until it is empty; null unless the basis is sales; at most 365"),
  perDay: z.number().nullable().describe("sold on an average day"),
  sold: z.number().int().describe("pieces in the days that were looked at"),
  observedDays: z.number().describe("how many of the last 28 days are known of this product in this slot"),
});
export type Cover = z.output<typeof coverOutput>;

export const stockOverviewOutput = z.object({
  slots: z.array(coverOutput.extend({ slot: z.string() })),
  machine: z.object({ firstEmptyDays: z.number().nullable().describe("until the first slot is empty"), perDay: z.number(), empty: z.number().int(), low: z.number().int(), uncertain: z.number().int() }),
});
export type StockOverview = z.output<typeof stockOverviewOutput>;

export const lowStockInput = pageInput.extend({ search: z.string().trim().max(100).optional() });
export const lowStockItem = z.object({
  machineId: z.string(),
  name: z.string(),
  address: z.string(),
  organizationName: z.string(),
  status: z.enum(MACHINE_STATUSES),
  empty: z.number().int(),
  low: z.number().int(),
  uncertain: z.number().int(),
  disabled: z.number().int(),
  missing: z.number().int().describe("pieces to bring everything up to par"),
  count: z.number().int(),
  capacity: z.number().int(),
  firstEmptyDays: z.number().nullable(),
  openRefill: z.object({ userId: z.string(), userName: z.string(), startedAt: timestamp }).nullable(),
});
export type LowStockItem = z.output<typeof lowStockItem>;
export const lowStockOutput = pageOf(lowStockItem);

/** At or below this share of its par a slot is low. */
export const LOW_SHARE = 0.25;

/** How a slot stands: free has no product by plan. */
export function stockLevel(slot: { count: number; capacity: number; par: number | null; hasProduct: boolean }): "free" | "empty" | "low" | "good" {
  if (!slot.hasProduct) return "free";
  if (slot.count === 0) return "empty";
  return slot.count <= (slot.par ?? slot.capacity) * LOW_SHARE ? "low" : "good";
}
