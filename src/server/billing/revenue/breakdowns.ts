import type { Runtime } from "#server/infra/runtime.ts";
import type { Stretch } from "./months.ts";
import { ROUNDS } from "./report.ts";
import { type CustomerRow, type ProductRow, readCustomers, readProducts } from "./revenue-repository.ts";
import { rollRevenue } from "./roll.ts";

/** Who consumed and paid what in some months, who consumed most first; customers of whom nothing was booked are left out. */
export async function revenueByCustomer(rt: Runtime, period: Stretch, page: { limit: number; offset: number }): Promise<CustomerRow[]> {
  await rollRevenue(rt, ROUNDS);
  return readCustomers(rt, period, page);
}

/** What was consumed in some months by plan, kind of resource and component, the dearest first. */
export async function revenueByProduct(rt: Runtime, period: Stretch): Promise<ProductRow[]> {
  await rollRevenue(rt, ROUNDS);
  return readProducts(rt, period);
}
