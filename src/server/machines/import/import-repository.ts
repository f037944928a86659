import type { Tx } from "#server/infra/events.ts";
import type { MachineTemplate, Prisma } from "#server/infra/prisma/client.ts";
import type { Existing, ImportPlan } from "./plan.ts";

const CHUNK = 1_000;

/** One import at a time into an organization: until the transaction ends. */
export async function lockImport(tx: Tx, organizationId: string): Promise<void> {
  await tx.$queryRaw`select pg_advisory_xact_lock(hashtextextended(${`import/${organizationId}`}, 0))::text`;
}

/** What earlier runs took from this source, and the SKUs that are in use. */
export async function findExisting(tx: Tx, organizationId: string, source: string): Promise<Existing> {
  const where = { organizationId, importKey: { startsWith: `${source}/` } };
  const products = await tx.product.findMany({ where: { organizationId }, select: { id: true, sku: true, name: true, price: true, importKey: true } });
  const machines = await tx.machine.findMany({ where, select: { id: true, importKey: true } });
  const orders = await tx.machineOrder.findMany({ where, select: { id: true, importKey: true } });
  return {
    products: new Map(products.filter((one) => one.importKey?.startsWith(`${source}/`)).map((one) => [one.importKey ?? "", one])),
    skus: new Map(products.map((one) => [one.sku, one])),
    machines: new Map(machines.map((one) => [one.importKey ?? "", one])),
    orders: new Map(orders.map((one) => [one.importKey ?? "", one])),
  };
}

export async function allTemplates(tx: Tx): Promise<MachineTemplate[]> {
  return tx.machineTemplate.findMany({ orderBy: { id: "asc" }, take: 1_000 });
}

export async function insertTemplate(tx: Tx, template: Prisma.MachineTemplateCreateManyInput): Promise<void> {
  await tx.machineTemplate.createMany({ data: [template] });
}

export async function insertImported(tx: Tx, plan: ImportPlan): Promise<void> {
  for (const data of chunks(plan.products)) await tx.product.createMany({ data });
  for (const data of chunks(plan.machines.map((machine) => machine.row))) await tx.machine.createMany({ data });
  // Counts come in as movements.
  for (const data of chunks(plan.machines.flatMap(({ row, slots }) => slots.map(({ count: _count, ...slot }) => ({ ...slot, machineId: row.id }))))) await tx.slot.createMany({ data });
  for (const data of chunks(plan.orders.map((order) => order.row))) await tx.machineOrder.createMany({ data });
  for (const data of chunks(plan.orders.flatMap((order) => order.lines))) await tx.orderLine.createMany({ data });
}

export interface Counted {
  products: number;
  machines: number;
  slots: number;
  items: number;
  orders: number;
  orderLines: number;
  orderTotal: bigint;
  linesTotal: bigint;
}

/** What of these ids is in the database, with its sums. */
export async function countImported(tx: Tx, plan: ImportPlan): Promise<Counted> {
  const products = plan.products.map((one) => one.id);
  const machines = plan.machines.map((one) => one.row.id);
  const orders = plan.orders.map((one) => one.row.id);
  const [row] = await tx.$queryRaw<Counted[]>`
    select (select count(*)::int from product where id = any(${products})) as products,
      (select count(*)::int from machine where id = any(${machines})) as machines,
      (select count(*)::int from slot where machine_id = any(${machines})) as slots,
      (select coalesce(sum(count), 0)::int from slot where machine_id = any(${machines})) as items,
      (select count(*)::int from machine_order where id = any(${orders})) as orders,
      (select coalesce(sum(total), 0)::bigint from machine_order where id = any(${orders})) as "orderTotal",
      (select count(*)::int from order_line where order_id = any(${orders})) as "orderLines",
      (select coalesce(sum(price), 0)::bigint from order_line where order_id = any(${orders})) as "linesTotal"`;
  if (!row) throw new Error("no answer to a count");
  return row;
}

function chunks<T>(rows: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(rows.length / CHUNK) }, (_, index) => rows.slice(index * CHUNK, (index + 1) * CHUNK));
}
