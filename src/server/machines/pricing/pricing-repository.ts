import type { Tx } from "#server/infra/events.ts";
import type { Prisma, PriceChange } from "#server/infra/prisma/client.ts";
import type { ProductLine, ProductRow, SlotGroup, SlotLine } from "./price-plan.ts";

/** Products by id, or all that are sold; with the slots in machines in service that follow their price. */
export async function findPriced(tx: Tx, organizationId: string, productIds: readonly string[] | null): Promise<ProductRow[]> {
  return tx.$queryRawUnsafe<ProductRow[]>(
    `select product.id, product.name, product.sku, product.price, count(distinct slot.machine_id)::int as machines, count(slot.code)::int as slots
      from product left join (slot join machine on machine.id = slot.machine_id and machine.status <> 'decommissioned') on slot.product_id = product.id and slot.price is null
      where product.organization_id = $1 and case when $2::jsonb is null then product.archived_at is null else product.id in (select jsonb_array_elements_text($2::jsonb)) end
      group by product.id order by lower(product.name), product.id`,
    organizationId,
    productIds === null ? null : JSON.stringify(productIds),
  );
}

/** Slots of machines in service with these products, those alike together: in the machines, or, null, those with prices of their own wherever they are. */
export async function findGroups(tx: Tx, organizationId: string, productIds: readonly string[], machineIds: readonly string[] | null): Promise<SlotGroup[]> {
  return tx.$queryRawUnsafe<SlotGroup[]>(
    `select machine.id as "machineId", machine.name as "machineName", machine.status, slot.product_id as "productId", slot.price as own, count(*)::int as slots
      from slot join machine on machine.id = slot.machine_id
      where machine.organization_id = $1 and machine.status <> 'decommissioned' and slot.product_id in (select jsonb_array_elements_text($2::jsonb))
        and case when $3::jsonb is null then slot.price is not null else machine.id in (select jsonb_array_elements_text($3::jsonb)) end
      group by machine.id, slot.product_id, slot.price order by lower(machine.name), machine.id, slot.product_id, slot.price nulls first`,
    organizationId,
    JSON.stringify(productIds),
    machineIds === null ? null : JSON.stringify(machineIds),
  );
}

/** Those of the machines that the organization has, with their states. */
export async function findChosenMachines(tx: Tx, organizationId: string, ids: readonly string[]): Promise<Map<string, string>> {
  const rows = await tx.machine.findMany({ where: { organizationId, id: { in: [...ids] } }, select: { id: true, status: true } });
  return new Map(rows.map(({ id, status }) => [id, status]));
}

/** Locks the products, so that no slot gets one of them and no price changes until the end: whoever puts one into a slot waits. */
export async function lockProducts(tx: Tx, organizationId: string, productIds: readonly string[] | null): Promise<void> {
  await tx.$executeRawUnsafe(
    `select id from product where organization_id = $1 and ($2::jsonb is null or id in (select jsonb_array_elements_text($2::jsonb))) order by id for update`,
    organizationId,
    productIds === null ? null : JSON.stringify(productIds),
  );
}

/** Machines in service with one of the products, in the order in which they are to be locked. */
export async function machinesWithAny(tx: Tx, productIds: readonly string[], options: { machineIds?: readonly string[]; following?: true } = {}): Promise<string[]> {
  const { machineIds, following } = options;
  const rows = await tx.$queryRawUnsafe<{ id: string }[]>(
    `select distinct machine.id from slot join machine on machine.id = slot.machine_id
      where machine.status <> 'decommissioned' and slot.product_id in (select jsonb_array_elements_text($1::jsonb))
        and ($2::jsonb is null or machine.id in (select jsonb_array_elements_text($2::jsonb))) and (not $3::boolean or slot.price is null)
      order by machine.id`,
    JSON.stringify(productIds),
    machineIds === undefined ? null : JSON.stringify(machineIds),
    following ?? false,
  );
  return rows.map((row) => row.id);
}

export interface UnpaidLine {
  orderId: string;
  machineId: string;
  productId: string;
  own: bigint | null;
}

/** What is in orders of the organization's machines that nobody has paid yet, with the slots' prices of their own. */
export async function findUnpaidLines(tx: Tx, organizationId: string): Promise<UnpaidLine[]> {
  return tx.$queryRawUnsafe<UnpaidLine[]>(
    `select machine_order.id as "orderId", slot.machine_id as "machineId", slot.product_id as "productId", slot.price as own
      from machine_order join order_line on order_line.order_id = machine_order.id join slot on slot.machine_id = machine_order.machine_id and slot.code = order_line.slot
      where machine_order.organization_id = $1 and machine_order.status = 'created' and slot.product_id is not null`,
    organizationId,
  );
}

export async function writeProductPrices(tx: Tx, lines: readonly ProductLine[]): Promise<void> {
  if (lines.length === 0) return;
  await tx.$executeRawUnsafe(
    `update product set price = line.price from jsonb_to_recordset($1::jsonb) as line (id text, price bigint) where product.id = line.id`,
    JSON.stringify(lines.map(({ product, after }) => ({ id: product.id, price: after.toString() }))),
  );
}

/** The machines' locks must be held. */
export async function writeSlotPrices(tx: Tx, lines: readonly SlotLine[]): Promise<void> {
  if (lines.length === 0) return;
  await tx.$executeRawUnsafe(
    `update slot set price = line.next from jsonb_to_recordset($1::jsonb) as line (machine_id text, product_id text, own bigint, next bigint)
      where slot.machine_id = line.machine_id and slot.product_id = line.product_id and slot.price is not distinct from line.own`,
    JSON.stringify(lines.map(({ group, own }) => ({ machine_id: group.machineId, product_id: group.productId, own: group.own?.toString() ?? null, next: own?.toString() ?? null }))),
  );
}

/** Takes the key; one that another transaction takes at the same time is waited for. @returns false when it was taken */
export async function insertPriceChange(tx: Tx, row: Prisma.PriceChangeCreateManyInput): Promise<boolean> {
  return (await tx.priceChange.createMany({ data: [row], skipDuplicates: true })).count === 1;
}

export async function getPriceChange(tx: Tx, keyHash: string): Promise<PriceChange> {
  return tx.priceChange.findUniqueOrThrow({ where: { keyHash } });
}

export async function finishPriceChange(tx: Tx, id: string, data: { lines: Prisma.InputJsonArray; machines: number; slots: number }): Promise<void> {
  await tx.priceChange.update({ where: { id }, data, select: { id: true } });
}
