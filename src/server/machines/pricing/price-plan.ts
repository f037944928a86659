import type { PriceChangeInput } from "#shared/machines/price-changes.ts";
import { priceAfter } from "#shared/machines/price-rule.ts";

/** A product that was chosen, with the slots that follow its price. */
export interface ProductRow {
  id: string;
  name: string;
  sku: string;
  price: bigint;
  machines: number;
  slots: number;
}

/** Slots of a machine that hold the same product at the same price. */
export interface SlotGroup {
  machineId: string;
  machineName: string;
  status: string;
  productId: string;
  /** their own price; null: they follow the product */
  own: bigint | null;
  slots: number;
}

export interface ProductLine {
  product: ProductRow;
  before: bigint;
  after: bigint;
}

export interface SlotLine {
  group: SlotGroup;
  product: ProductRow;
  before: bigint;
  /** what they cost then */
  after: bigint;
  /** their own price from then on; null: they follow the product */
  own: bigint | null;
}

/** What a change of prices does, line by line; nothing in it stays as it is. */
export interface PricePlan {
  products: ProductLine[];
  slots: SlotLine[];
}

/** What the rule makes of the prices as they are. In chosen machines their slots get prices of their own; everywhere the products change, and the slots with prices of their own with them unless these are kept. */
export function planPrices({ machineIds, ownPrices, rule }: PriceChangeInput, products: readonly ProductRow[], groups: readonly SlotGroup[]): PricePlan {
  const everywhere = machineIds === undefined;
  const known = new Map(products.map((product) => [product.id, product]));
  const lines = groups.flatMap((group): SlotLine[] => {
    const product = known.get(group.productId);
    if (!product || (everywhere && (group.own === null || ownPrices === "keep"))) return [];
    const before = group.own ?? product.price;
    const after = priceAfter(before, rule);
    const own = everywhere && rule.kind === "set" ? null : after;
    return after === before && own === group.own ? [] : [{ group, product, before, after, own }];
  });
  return {
    products: everywhere ? products.map((product) => ({ product, before: product.price, after: priceAfter(product.price, rule) })).filter((line) => line.after !== line.before) : [],
    // A slot that follows its product and costs what it did gets no price of its own.
    slots: lines.filter((line) => line.after !== line.before || line.group.own !== null),
  };
}

/** Whether a slot costs something else by the plan. */
export function touches(plan: PricePlan): (slot: { machineId: string; productId: string; own: bigint | null }) => boolean {
  const products = new Set(plan.products.map((line) => line.product.id));
  const slots = new Set(plan.slots.filter((line) => line.after !== line.before).map(({ group }) => `${group.machineId} ${group.productId} ${group.own}`));
  return ({ machineId, productId, own }) => (own === null && products.has(productId)) || slots.has(`${machineId} ${productId} ${own}`);
}

/** The plan as a text that is the same for the same prices alone: what is agreed to by its hash. */
export function planText(plan: PricePlan): string {
  const products = plan.products.map(({ product, before, after }) => [product.id, before, after].join(" "));
  const slots = plan.slots.map(({ group, before, after, own }) => [group.machineId, group.productId, group.own, before, after, own].join(" "));
  return [...products.sort(), ...slots.sort()].join("\n");
}
