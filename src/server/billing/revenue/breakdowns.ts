import type { Runtime } from "#server/infra/runtime.ts";
import { readPaid, readTouched } from "./money-repository.ts";
import { type Money, moneyBetween, movementOf, movementsOf } from "./money.ts";
import type { Stretch } from "./months.ts";
import { ROUNDS } from "./report.ts";
import { type CustomerRow, type ProductRow, readCustomers, readProducts } from "./revenue-repository.ts";
import { rollRevenue } from "./roll.ts";

/** Who consumed and paid what in some months, also in money, who consumed most first; customers of whom nothing was booked are left out. */
export async function revenueByCustomer(rt: Runtime, period: Stretch, page: { limit: number; offset: number }): Promise<(CustomerRow & { money: Money[] })[]> {
  await rollRevenue(rt, ROUNDS);
  const rows = await readCustomers(rt, period, page);
  const ids = rows.map(({ organizationId }) => organizationId);
  const [paid, touched] = await Promise.all([readPaid(rt, { ...period, by: "month" }, ids), readTouched(rt, period, ids)]);
  const movements = Map.groupBy([...paid.map(movementOf), ...touched.flatMap(movementsOf)], ({ organizationId }) => organizationId);
  return rows.map((row) => ({ ...row, money: moneyBetween(movements.get(row.organizationId) ?? [], period.start, period.end) }));
}

/** What was consumed in some months by plan, kind of resource and component, the dearest first. */
export async function revenueByProduct(rt: Runtime, period: Stretch): Promise<ProductRow[]> {
  await rollRevenue(rt, ROUNDS);
  return readProducts(rt, period);
}
