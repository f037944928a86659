import { z } from "zod";
import { cursorInput, cursorOf, id, timestamp } from "../schema.ts";
import { slotCode } from "./schema.ts";

export const REFILL_STATUSES = ["open", "done", "abandoned"] as const;
export type RefillStatus = (typeof REFILL_STATUSES)[number];

/** What was done at one slot. It counts only when the refill is finished. */
export const refillLine = z.object({
  slot: z.string(),
  productId: z.string(),
  before: z.number().int().describe("by the record, when it was confirmed"),
  removed: z.number().int().describe("taken out and not put back: expired or broken"),
  added: z.number().int(),
  counted: z.boolean().describe("`after` was counted, not worked out"),
  after: z.number().int(),
  at: timestamp,
});
export type RefillLine = z.output<typeof refillLine>;

export const refillSlot = z.object({
  slot: z.string(),
  row: z.number().int(),
  column: z.number().int(),
  productId: z.string(),
  productName: z.string(),
  sku: z.string(),
  count: z.number().int(),
  capacity: z.number().int(),
  target: z.number().int().describe("what it is to be brought to"),
  uncertain: z.boolean(),
  line: refillLine.nullable().describe("null: not confirmed yet"),
});
export type RefillSlot = z.output<typeof refillSlot>;

export const refillOutput = z.object({
  id: z.string(),
  machineId: z.string(),
  machineName: z.string(),
  status: z.enum(REFILL_STATUSES),
  userId: z.string(),
  userName: z.string(),
  note: z.string(),
  startedAt: timestamp,
  finishedAt: timestamp.nullable(),
  slots: z.array(refillSlot).describe("all that have a product, by row and column"),
});
export type Refill = z.output<typeof refillOutput>;

export const refillStartInput = z.object({
  id: id("machine"),
  takeOver: z.boolean().default(false).describe("ends the refill that another person has open here; what they confirmed is lost"),
});
export const refillIdInput = z.object({ refillId: id("refill") });
export const openRefillInput = z.object({ id: id("machine") });
export const openRefillOutput = z.object({
  refill: z.object({ id: z.string(), userId: z.string(), userName: z.string(), startedAt: timestamp, confirmed: z.number().int(), own: z.boolean() }).nullable(),
});
const pieces = z.number().int().min(0).max(9_999);
export const refillConfirmInput = z.object({
  refillId: id("refill"),
  slot: slotCode,
  added: pieces.default(0),
  removed: pieces.default(0),
  count: pieces.nullable().default(null).describe("what is in it now, when it was counted"),
});
export const refillFinishInput = z.object({ refillId: id("refill"), note: z.string().trim().max(500).default("") });

export const refillListInput = cursorInput.extend({ id: id("machine") });
export const refillListOutput = cursorOf(
  z.object({
    id: z.string(),
    status: z.enum(REFILL_STATUSES),
    userName: z.string(),
    note: z.string(),
    startedAt: timestamp,
    finishedAt: timestamp.nullable(),
    added: z.number().int(),
    removed: z.number().int(),
    slots: z.number().int(),
  }),
);

export const MAX_ROUTE = 50;
export const pickListInput = z.object({ machineIds: z.array(id("machine")).max(MAX_ROUTE).default([]) });
export const pickListOutput = z.object({
  machines: z.array(z.object({ id: z.string(), name: z.string(), address: z.string(), pieces: z.number().int() })).describe("in the order that was asked for"),
  products: z
    .array(
      z.object({
        productId: z.string(),
        name: z.string(),
        sku: z.string(),
        pieces: z.number().int(),
        machines: z.array(z.object({ machineId: z.string(), pieces: z.number().int(), slots: z.array(z.object({ slot: z.string(), pieces: z.number().int() })) })),
      }),
    )
    .describe("what to bring, the most of it first"),
});
export type PickList = z.output<typeof pickListOutput>;
