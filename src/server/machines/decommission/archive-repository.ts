import type { Alert, AlertRule, Machine, MachineConnection, MachineOrder, OrderLine, Product, Refill, Slot, StockMovement } from "#server/infra/prisma/client.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { partsOfMachine } from "../telemetry/series-repository.ts";

/** Rows that are in memory at once. */
const PAGE = 500;

export async function findForArchive(rt: Runtime, id: string): Promise<(Machine & { template: { slug: string } | null; slots: Slot[] }) | null> {
  return rt.db.prisma.machine.findUnique({ where: { id }, include: { template: { select: { slug: true } }, slots: { orderBy: { code: "asc" } } } });
}

/** Every product that the machine's slots, its movements or its orders name. */
export async function productsOf(rt: Runtime, machineId: string): Promise<Product[]> {
  const rows = await rt.db.query<{ id: string }>({
    text: `select id from product where id in (
        select product_id from slot where machine_id = $1 union select product_id from stock_movement where machine_id = $1
        union select l.product_id from order_line l join machine_order o on o.id = l.order_id where o.machine_id = $1)`,
    values: [machineId],
  });
  return rt.db.prisma.product.findMany({ where: { id: { in: rows.map((row) => row.id) } }, orderBy: { id: "asc" } });
}

export function refillsOf(rt: Runtime, machineId: string): AsyncGenerator<Refill> {
  return pages((after) => rt.db.prisma.refill.findMany({ where: { machineId, id: { gt: after } }, orderBy: { id: "asc" }, take: PAGE }));
}

export function ordersOf(rt: Runtime, machineId: string): AsyncGenerator<MachineOrder & { lines: OrderLine[] }> {
  return pages((after) => rt.db.prisma.machineOrder.findMany({ where: { machineId, id: { gt: after } }, include: { lines: { orderBy: { position: "asc" } } }, orderBy: { id: "asc" }, take: PAGE }));
}

export function movementsOf(rt: Runtime, machineId: string): AsyncGenerator<StockMovement> {
  return pages((after) => rt.db.prisma.stockMovement.findMany({ where: { machineId, id: { gt: after } }, orderBy: { id: "asc" }, take: PAGE }));
}

export function connectionsOf(rt: Runtime, machineId: string): AsyncGenerator<MachineConnection> {
  return pages((after) => rt.db.prisma.machineConnection.findMany({ where: { machineId, id: { gt: after } }, orderBy: { id: "asc" }, take: PAGE }));
}

export function alertsOf(rt: Runtime, machineId: string): AsyncGenerator<Alert & { rule: Pick<AlertRule, "key" | "name"> }> {
  return pages((after) => rt.db.prisma.alert.findMany({ where: { machineId, id: { gt: after } }, include: { rule: { select: { key: true, name: true } } }, orderBy: { id: "asc" }, take: PAGE }));
}

export interface HourRow {
  metric: string;
  hour: Date;
  min: number;
  avg: number;
  max: number;
  count: number;
}

/**
 * Each metric by the hour (UTC), as charts know it: from roll-ups, from what is not rolled up yet, and from what an earlier archive brought along.
 */
export async function hoursOf(rt: Runtime, machineId: string): Promise<HourRow[]> {
  return rt.db.query<HourRow>({
    text: `select metric, date_trunc('hour', at, 'UTC') as hour, min(min) as min, sum(sum) / sum(count) as avg, max(max) as max, sum(count)::int as count
      from (${partsOfMachine("3600")}) part group by 1, 2 order by 2, 1`,
    values: [machineId, "-infinity"],
  });
}

async function* pages<T extends { id: string }>(page: (after: string) => Promise<T[]>): AsyncGenerator<T> {
  for (let after = ""; ; ) {
    const rows = await page(after);
    yield* rows;
    const last = rows.at(-1);
    if (!last || rows.length < PAGE) return;
    after = last.id;
  }
}
