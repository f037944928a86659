import { z } from "zod";

/** The LowDB file that is understood: docs/guides/import-lowdb.md. Objects are loose: what is not named here is kept as metadata. */

const recordId = z.union([z.string().trim().min(1).max(100), z.number().int()], { error: "must be a text or a whole number" }).transform(String);
const text = (max: number) => z.string().trim().max(max);
/** the currency's smallest unit */
const money = z
  .number({ error: "must be a number of the currency's smallest unit, like 250 for 2.50" })
  .refine((value) => value >= 0, { error: "must not be negative" })
  .refine((value) => Number.isSafeInteger(value), { error: "must be a whole number of the currency's smallest unit: 250, not 2.5" });
const count = (most: number) =>
  z
    .number({ error: "must be a number" })
    .int({ error: "must be a whole number" })
    .min(0, { error: "must not be negative" })
    .max(most, { error: `must be at most ${most}` });
/** Unix milliseconds, or ISO 8601 with a time zone */
const time = z
  .union([z.iso.datetime({ offset: true }).transform((value) => new Date(value)), z.number().int().min(0).max(253_402_300_799_999).transform((value) => new Date(value))], { error: "must be Unix milliseconds, or ISO 8601 with a time zone" })
  .refine((value) => !Number.isNaN(value.getTime()), { error: "is no time" });
const slotCode = z.string().trim().toUpperCase().regex(/^[A-Z][0-9]{1,2}$/, { error: "must be a letter and one or two digits, like A1" });

const productRecord = z.looseObject({
  id: recordId,
  name: text(80).min(1),
  sku: text(60).optional(),
  price: money.refine((value) => value > 0, { error: "must be more than zero" }),
  description: text(2_000).default(""),
  createdAt: time.optional(),
});

const stockFields = {
  slot: slotCode,
  productId: recordId.nullable().default(null),
  quantity: count(9_999).default(0),
  capacity: count(9_999).optional(),
  par: count(9_999).optional(),
  price: money.refine((value) => value > 0, { error: "must be more than zero" }).nullish(),
};
const inlineSlot = z.looseObject(stockFields);
const stockRecord = z.looseObject({ machineId: recordId, ...stockFields });

const machineRecord = z.looseObject({
  id: recordId,
  name: text(80).min(1),
  location: z
    .union([text(200).transform((address) => ({ address, latitude: null, longitude: null })), z.looseObject({ address: text(200).default(""), latitude: z.number().min(-90).max(90).nullable().default(null), longitude: z.number().min(-180).max(180).nullable().default(null) })])
    .optional(),
  timezone: text(64).optional(),
  notes: text(500).default(""),
  slots: z.array(inlineSlot).max(200).default([]),
  createdAt: time.optional(),
});

/** As the old program called them; each becomes one of ours. */
export const OLD_STATUSES = ["pending", "created", "paid", "dispensing", "completed", "dispensed", "failed", "refunded", "cancelled", "expired"] as const;

const orderRecord = z.looseObject({
  id: recordId,
  machineId: recordId,
  status: z.enum(OLD_STATUSES),
  items: z
    .array(z.looseObject({ productId: recordId, slot: slotCode.optional(), name: text(80).min(1).optional(), quantity: count(100).min(1, { error: "must be 1 or more" }).default(1), price: money }))
    .min(1)
    .max(100),
  total: money,
  createdAt: time,
  paidAt: time.nullish(),
  completedAt: time.nullish(),
});

export const SCHEMAS = { products: productRecord, machines: machineRecord, stock: stockRecord, orders: orderRecord } as const;

export type ProductRecord = z.output<typeof productRecord>;
export type MachineRecord = z.output<typeof machineRecord>;
export type StockRecord = z.output<typeof stockRecord>;
export type SlotRecord = z.output<typeof inlineSlot>;
export type OrderRecord = z.output<typeof orderRecord>;

/** What the file says of itself. */
export const fileMeta = z.looseObject({
  name: z.string().trim().regex(/^[A-Za-z0-9._-]{1,40}$/, { error: "must be 1 to 40 letters, digits and . _ -" }).default("lowdb"),
  currency: z.string().regex(/^[A-Z]{3}$/, { error: "must be an ISO 4217 code, like USD" }).optional(),
});

/** What of a record its schema does not know, for its metadata. */
export function unknownFields(record: Record<string, unknown>, known: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).filter(([key]) => !known.includes(key)));
}

export const KNOWN_FIELDS = {
  products: Object.keys(productRecord.shape),
  machines: Object.keys(machineRecord.shape),
  stock: Object.keys(stockRecord.shape),
  orders: Object.keys(orderRecord.shape),
  items: Object.keys(orderRecord.shape.items.element.shape),
} as const;
