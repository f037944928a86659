import type { Alert, AlertRule, Machine, MachineConnection, MachineOrder, OrderLine, Product, Refill, Slot, StockMovement } from "#server/infra/prisma/client.ts";
import type { Runtime } from "#server/infra/runtime.ts";

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
 * Each metric by the hour (UTC), from the messages that are kept (a month of them at most) and from what an earlier archive brought along. What was buffered offline counts at the
 * device's own time, as in charts, unless that lies before anything is kept.
 */
export async function hoursOf(rt: Runtime, machineId: string): Promise<HourRow[]> {
  return rt.db.query<HourRow>({
    text: `with message as (
        select received_at, payload from device_message where machine_id = $1 and kind = 'tele'
      ), reading as (
        select received_at as at, metric.key as metric, metric.value::float8 as value from message cross join lateral jsonb_each(payload -> 'metrics') metric
        union all
        select to_timestamp((sample ->> 0)::float8 / 1000), metric.key, metric.value::float8
        from message cross join lateral jsonb_array_elements(coalesce(payload -> 'samples', '[]')) sample cross join lateral jsonb_each(sample -> 1) metric
        where to_timestamp((sample ->> 0)::float8 / 1000) between received_at - interval '31 days' and received_at
      ), part as (
        select metric, date_trunc('hour', at, 'UTC') as hour, min(value) as min, avg(value) as avg, max(value) as max, count(*)::int as count from reading group by 1, 2
        union all
        select metric, hour, min, avg, max, count from telemetry_hour where machine_id = $1
      )
      select metric, hour, min(min)::float8 as min, (case when count(*) = 1 then max(avg) else sum(avg * count) / sum(count) end)::float8 as avg, max(max)::float8 as max, sum(count)::int as count
      from part group by 1, 2 order by 2, 1`,
    values: [machineId],
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
