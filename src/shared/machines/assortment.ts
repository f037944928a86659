import { z } from "zod";
import { displayName, id, micro, pageInput, pageOf } from "../schema.ts";
import { PRODUCT_STATUSES, SOLD_DAYS } from "./products.ts";
import { productCreateInput } from "./schema.ts";

/** A product with where it is sold. */
export const assortmentItemOutput = z.object({
  id: z.string(),
  name: z.string(),
  sku: z.string(),
  price: micro,
  description: z.string(),
  archived: z.boolean().describe("no longer sold"),
  machines: z.number().int().describe("that have it in a slot"),
  slots: z.number().int(),
  count: z.number().int().describe("pieces in all of them"),
  capacity: z.number().int().describe("pieces that those slots hold"),
  sold: z.number().int().describe(`pieces in the last ${SOLD_DAYS} days`),
  ownPrices: z.number().int().describe("slots with a price of their own"),
});
export type AssortmentItem = z.output<typeof assortmentItemOutput>;
export const assortmentListInput = pageInput.extend({
  search: z.string().trim().max(100).optional().describe("in names and SKUs"),
  status: z.enum(PRODUCT_STATUSES).optional(),
});
export const assortmentOutput = pageOf(assortmentItemOutput);

const { name, sku, price } = productCreateInput.shape;
export const memberProductCreateInput = z.object({ name, sku, price, description: z.string().trim().max(500).default("") });
export const productUpdateInput = z
  .object({ id: id("product"), name: displayName(), sku, price, description: z.string().trim().max(500) })
  .partial()
  .required({ id: true });
export const productArchiveInput = z.object({ id: id("product"), archived: z.boolean() });

export const slotPricesInput = z.object({
  id: id("product"),
  machineIds: z.array(id("machine")).min(1).max(1_000).optional().describe("not given: all that have the product"),
  price: price.nullable().describe("null: the product's own price"),
});
export const slotPricesOutput = z.object({ machines: z.number().int(), slots: z.number().int().describe("whose price changed") });
