import { idAt, importKey } from "./ids.ts";
import type { Read } from "./lowdb-file.ts";
import { KNOWN_FIELDS, type ProductRecord, unknownFields } from "./lowdb-schema.ts";
import { toMicro } from "./money.ts";
import { importMetadata, type ImportPlan, type PlanContext, type PlannedProduct, RecordNotes } from "./plan.ts";

const MAX_SKU = 24;
/** 10,000 credits, as in the product's form */
const MAX_PRICE = 10_000_000_000n;

/** Plans the products. @returns those that the rest of the file may name, by their id in the file */
export function planProducts(context: PlanContext, records: readonly Read<ProductRecord>[], plan: ImportPlan): Map<string, PlannedProduct> {
  const known = new Map<string, PlannedProduct>();
  const taken = new Set(context.existing.skus.keys());
  for (const { index, value } of records) {
    const notes = new RecordNotes("products", index, value.id);
    const key = importKey(context.source, value.id);
    const before = context.existing.products.get(key);
    if (before) {
      known.set(value.id, { ...before, slotPrice: before.price });
      plan.records.push(notes.unchanged(before.id));
      continue;
    }
    const price = toMicro(value.price, context.creditPriceMinor);
    if (price === null || price > MAX_PRICE) {
      plan.records.push(notes.refused(price === null ? `price: ${value.price} is no whole number of micro-credits at ${context.creditPriceMinor} a credit` : "price: more than 10,000 credits"));
      continue;
    }
    const own = context.existing.skus.get(skuOf(value.sku ?? value.id));
    if (value.sku !== undefined && own && own.importKey === null && own.name === value.name) {
      notes.notes.push(`the organization has this product already, under the SKU ${skuOf(value.sku)}${own.price === price ? "" : "; slots keep the file's price"}`);
      known.set(value.id, { id: own.id, sku: skuOf(value.sku), name: own.name, price: own.price, slotPrice: price });
      plan.records.push(notes.taken(own.id));
      continue;
    }
    const sku = freeSku(skuOf(value.sku ?? value.id), taken);
    taken.add(sku);
    if (value.sku !== sku) notes.notes.push(value.sku === undefined ? `SKU ${sku}, made from its id` : `SKU ${sku} instead of ${value.sku}`);
    const id = idAt("product", value.createdAt ?? context.at);
    known.set(value.id, { id, sku, name: value.name, price, slotPrice: price });
    plan.products.push({
      id, sku, price,
      organizationId: context.organizationId,
      name: value.name,
      description: value.description,
      importKey: key,
      metadata: importMetadata(context.source, value.id, unknownFields(value, KNOWN_FIELDS.products)),
      createdAt: value.createdAt ?? context.at,
    });
    plan.records.push(notes.taken(id));
  }
  return known;
}

/** Letters, digits and hyphens, at most 24. */
function skuOf(text: string): string {
  const sku = text.toUpperCase().replace(/[^A-Z0-9]+/g, "-").replace(/^-+|-+$/g, "").slice(0, MAX_SKU).replace(/-+$/, "");
  return sku || "PRODUCT";
}

function freeSku(wanted: string, taken: ReadonlySet<string>): string {
  if (!taken.has(wanted)) return wanted;
  for (let number = 2; ; number += 1) {
    const tail = `-${number}`;
    const sku = `${wanted.slice(0, MAX_SKU - tail.length)}${tail}`;
    if (!taken.has(sku)) return sku;
  }
}
