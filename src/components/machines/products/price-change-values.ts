import type { PriceChangeInput, PriceRule } from "#shared/machines/price-changes.ts";
import type { ROUNDING_MODES, ROUNDING_STEPS } from "#shared/machines/price-rule.ts";
import { creditsOf, productPrice } from "./product-price.ts";

/** What stands in the form: numbers as they were typed. */
export interface PriceChangeValues {
  which: "all" | "some";
  products: string[];
  where: "everywhere" | "some";
  machines: string[];
  ownPrices: "change" | "keep";
  kind: PriceRule["kind"];
  percent: string;
  amount: string;
  price: string;
  step: (typeof ROUNDING_STEPS)[number];
  mode: (typeof ROUNDING_MODES)[number];
}

const MAX_AMOUNT = 10_000_000_000n;

/** The change that the form asks for; null: it is not said whole, or not right, yet. */
export function priceChangeOf(values: PriceChangeValues): PriceChangeInput | null {
  const { which, products, where, machines, ownPrices } = values;
  const rule = ruleOf(values);
  if (rule === null || (which === "some" && products.length === 0) || (where === "some" && machines.length === 0)) return null;
  return { ...(which === "some" ? { productIds: products } : {}), ...(where === "some" ? { machineIds: machines } : {}), ownPrices, rule };
}

/** Whether what was typed as the number of a change is one. Nothing typed is not wrong yet. */
export function isNumberWrong(values: PriceChangeValues): boolean {
  return values[FIELD[values.kind]].trim() !== "" && ruleOf(values) === null;
}

const FIELD = { percent: "percent", amount: "amount", set: "price" } as const;

function ruleOf({ kind, percent, amount, price, step, mode }: PriceChangeValues): PriceRule | null {
  const rounding = { step, mode };
  if (kind === "set") {
    const micro = productPrice(price);
    return micro === null ? null : { kind, price: micro };
  }
  if (kind === "amount") {
    const micro = creditsOf(amount);
    return micro === null || micro === 0n || micro > MAX_AMOUNT || micro < -MAX_AMOUNT ? null : { kind, amount: micro.toString(), rounding };
  }
  // Percents as credits are: both are decimals, and two places of them are basis points.
  const micro = creditsOf(percent.replace("%", ""));
  if (micro === null || micro % 10_000n !== 0n) return null;
  const basisPoints = Number(micro / 10_000n);
  return basisPoints === 0 || basisPoints < -9_900 || basisPoints > 100_000 ? null : { kind, basisPoints, rounding };
}
