import { z } from "zod";
import { id, micro, timestamp } from "../schema.ts";
import { productCreateInput, slotCode } from "./schema.ts";

export const MECHANISMS = ["motor", "servo", "lock"] as const;
export type Mechanism = (typeof MECHANISMS)[number];
export const MAX_CAPACITY = 999;

/** A slot with all that can be set of it, and what is in it. */
export const planogramSlotOutput = z.object({
  code: z.string(),
  row: z.number().int(),
  column: z.number().int(),
  capacity: z.number().int(),
  par: z.number().int().nullable().describe("what a refill brings it to; null: its capacity"),
  mechanism: z.enum(MECHANISMS),
  productId: z.string().nullable(),
  productName: z.string().nullable(),
  sku: z.string().nullable(),
  price: micro.nullable().describe("null: the product's"),
  productPrice: micro.nullable(),
  disabledReason: z.enum(["manual", "failures"]).nullable().describe("null: it sells"),
  count: z.number().int(),
  reserved: z.number().int().describe("of the count: in orders that are not ended"),
  uncertain: z.boolean().describe("the count may be wrong"),
  countedAt: timestamp.nullable().describe("when a person last counted"),
});
export const planogramOutput = z.object({
  machineId: z.string(),
  organizationId: z.string(),
  configVersion: z.number().int().describe("goes up with each change; an edit says which one it began with"),
  slots: z.array(planogramSlotOutput),
});
export type Planogram = z.output<typeof planogramOutput>;
export type PlanogramSlot = z.output<typeof planogramSlotOutput>;

const slotEdit = z.object({
  code: slotCode,
  capacity: z.number().int().min(1).max(MAX_CAPACITY),
  par: z.number().int().min(0).max(MAX_CAPACITY).nullable(),
  mechanism: z.enum(MECHANISMS),
  productId: id("product").nullable(),
  price: productCreateInput.shape.price.nullable().describe("null: the product's"),
  enabled: z.boolean(),
  count: z.number().int().min(0).max(MAX_CAPACITY).optional().describe("pieces of the new product that are in it, when the product is another one; not given: none"),
});

export const planogramSaveInput = z.object({
  id: id("machine"),
  expectedVersion: z.number().int().describe("the configuration's version that the edit began with: when it is another by now, nothing is saved"),
  slots: z.array(slotEdit).min(1).max(200).describe("those that are not named stay as they are"),
});
export type PlanogramSave = z.input<typeof planogramSaveInput>;
