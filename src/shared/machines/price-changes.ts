import { z } from "zod";
import { id, micro, timestamp } from "../schema.ts";
import { PRICE_PROBLEMS, ROUNDING_MODES, ROUNDING_STEPS } from "./price-rule.ts";
import { productCreateInput } from "./schema.ts";
import { MACHINE_STATUSES } from "./states.ts";

/** What can be chosen at a time; whoever means more means all. */
export const MAX_CHOSEN_PRODUCTS = 500;
export const MAX_CHOSEN_MACHINES = 1_000;

const { price } = productCreateInput.shape;

export const priceRule = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("set"), price }),
  z.object({
    kind: z.literal("percent"),
    basisPoints: z.number().int().min(-9_900).max(100_000).refine((value) => value !== 0, { error: "must not be zero" }).describe("hundredths of a percent: 500 is 5 % more, -1250 is 12.5 % less"),
    rounding: z.object({ step: z.enum(ROUNDING_STEPS).describe("micro-credits"), mode: z.enum(ROUNDING_MODES) }),
  }),
  z.object({
    kind: z.literal("amount"),
    amount: micro
      .refine((value) => BigInt(value) !== 0n, { error: "must not be zero" })
      .refine((value) => BigInt(value) >= -10_000_000_000n && BigInt(value) <= 10_000_000_000n, { error: "must be at most 10,000 credits" })
      .describe("micro-credits more, or fewer when negative"),
    rounding: z.object({ step: z.enum(ROUNDING_STEPS).describe("micro-credits"), mode: z.enum(ROUNDING_MODES) }),
  }),
]);
export type PriceRule = z.output<typeof priceRule>;

export const priceChangeInput = z.object({
  productIds: z.array(id("product")).min(1).max(MAX_CHOSEN_PRODUCTS).optional().describe("not given: all that are sold"),
  machineIds: z
    .array(id("machine"))
    .min(1)
    .max(MAX_CHOSEN_MACHINES)
    .optional()
    .describe("only there: their slots get prices of their own; not given: everywhere, by the products' own prices"),
  ownPrices: z.enum(["change", "keep"]).default("change").describe("everywhere: whether slots with a price of their own change by the same rule (or, when a price is set, follow the product from then on)"),
  rule: priceRule,
});
export type PriceChangeInput = z.output<typeof priceChangeInput>;

const lineOutput = z.object({
  productId: z.string(),
  productName: z.string(),
  sku: z.string(),
  before: micro,
  after: micro,
  slots: z.number().int().describe("that cost this"),
  problem: z.enum(PRICE_PROBLEMS).nullable().describe("with one the change is refused"),
});

export const pricePreviewOutput = z.object({
  fingerprint: z.string().describe("of exactly these prices; the change is made with it"),
  products: z.array(lineOutput.extend({ machines: z.number().int().describe("that follow this price") })).describe("the products' own prices"),
  machines: z
    .array(z.object({ machineId: z.string(), name: z.string(), status: z.enum(MACHINE_STATUSES), lines: z.array(lineOutput) }))
    .describe("machines whose slots have, or get, prices of their own: at most 100 of them"),
  moreMachines: z.number().int().describe("that are not listed"),
  total: z.object({
    products: z.number().int().describe("whose own price changes"),
    machines: z.number().int().describe("that sell something at another price"),
    slots: z.number().int(),
    problems: z.number().int(),
  }),
  openOrders: z.number().int().describe("not paid yet, with one of these slots: they keep the price that was agreed to"),
});
export type PricePreview = z.output<typeof pricePreviewOutput>;

export const priceApplyInput = priceChangeInput.extend({
  fingerprint: z.string().regex(/^[0-9a-f]{64}$/, { error: "must be that of a preview" }),
  idempotencyKey: z.uuid().describe("a repetition changes nothing and answers the same"),
});
export const priceApplyOutput = z.object({ id: z.string(), machines: z.number().int(), slots: z.number().int(), at: timestamp });
