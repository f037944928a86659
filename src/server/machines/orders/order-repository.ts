import type { Tx } from "#server/infra/events.ts";
import type { MachineOrder, OrderLine, Prisma } from "#server/infra/prisma/client.ts";
import type { Runtime } from "#server/infra/runtime.ts";

export type OrderRow = MachineOrder & { lines: OrderLine[]; machine: { name: string; slug: string; status: string } };

const WHOLE = { lines: { orderBy: { position: "asc" } }, machine: { select: { name: true, slug: true, status: true } } } as const satisfies Prisma.MachineOrderInclude;

export async function insertOrder(tx: Tx, order: Omit<Prisma.MachineOrderUncheckedCreateInput, "lines" | "updatedAt"> & { createdAt: Date }, lines: readonly Omit<Prisma.OrderLineCreateManyInput, "orderId">[]): Promise<void> {
  await tx.machineOrder.create({ data: { ...order, updatedAt: order.createdAt, lines: { createMany: { data: [...lines] } } }, select: { id: true } });
}

/** The order, locked until the transaction ends, and before it its machine: everybody takes the two in this order. */
export async function lockOrder(tx: Tx, id: string): Promise<OrderRow | null> {
  await tx.$queryRaw`select id from machine where id = (select machine_id from machine_order where id = ${id}) for no key update`;
  await tx.$queryRaw`select id from machine_order where id = ${id} for update`;
  return tx.machineOrder.findUnique({ where: { id }, include: WHOLE });
}

/** The order that a line belongs to, locked like `lockOrder` does. */
export async function lockOrderOfLine(tx: Tx, lineId: string): Promise<OrderRow | null> {
  const line = await tx.orderLine.findUnique({ where: { id: lineId }, select: { orderId: true } });
  return line && lockOrder(tx, line.orderId);
}

export async function findOrder(tx: Tx, where: { id: string } | { checkoutKey: string }): Promise<OrderRow | null> {
  return tx.machineOrder.findUnique({ where, include: WHOLE });
}

export async function updateOrder(tx: Tx, id: string, data: Prisma.MachineOrderUncheckedUpdateInput & { updatedAt: Date }): Promise<void> {
  await tx.machineOrder.update({ where: { id }, data, select: { id: true } });
}

export async function updateLine(tx: Tx, id: string, data: Prisma.OrderLineUncheckedUpdateInput): Promise<void> {
  await tx.orderLine.update({ where: { id }, data, select: { id: true } });
}

/** Whether another order has a piece on its way out of the machine. The machine is locked. */
export async function isBusy(tx: Tx, machineId: string, orderId: string): Promise<boolean> {
  const rows = await tx.$queryRaw<{ busy: boolean }[]>`select exists (
      select 1 from machine_order o join order_line l on l.order_id = o.id
      where o.status = 'dispensing' and o.machine_id = ${machineId} and o.id <> ${orderId} and l.state = 'dispensing') as busy`;
  return rows[0]?.busy ?? false;
}

/** Orders on which something may be to do: those that are paid and not ended, the earliest paid first, and those that nobody paid in time. */
export async function ordersUnderWay(rt: Pick<Runtime, "db">, now: Date, limit: number): Promise<OrderRow[]> {
  return rt.db.prisma.machineOrder.findMany({
    where: { OR: [{ status: { in: ["paid", "dispensing"] } }, { status: "created", expiresAt: { lte: now } }] },
    orderBy: [{ paidAt: { sort: "asc", nulls: "last" } }, { id: "asc" }],
    include: WHOLE,
    take: limit,
  });
}

/** Which of these are paid and not ended. */
export async function underWayAmong(rt: Pick<Runtime, "db">, ids: readonly string[]): Promise<string[]> {
  const rows = await rt.db.prisma.machineOrder.findMany({ where: { id: { in: [...ids] }, status: { in: ["created", "paid", "dispensing"] } }, select: { id: true } });
  return rows.map((row) => row.id);
}

/**
 * The number that follows the last receipt's, of this year (UTC). Held until the transaction ends, and given back by a rollback: numbers have no gaps.
 * @returns O-2028-00000001
 */
export async function nextSaleNumber(tx: Tx, at: Date): Promise<string> {
  const prefix = `O-${at.getUTCFullYear()}-`;
  await tx.$queryRawUnsafe("select 1 from pg_advisory_xact_lock(hashtext('machine_order.receipt_number'))");
  const rows = await tx.$queryRawUnsafe<{ last: string | null }[]>("select max(receipt_number) as last from machine_order where receipt_number like $1", `${prefix}%`);
  const last = Number(rows[0]?.last?.slice(prefix.length) ?? 0);
  return `${prefix}${(last + 1).toString().padStart(8, "0")}`;
}
