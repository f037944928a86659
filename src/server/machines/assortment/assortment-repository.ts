import type { Tx } from "#server/infra/events.ts";
import type { Prisma, Product } from "#server/infra/prisma/client.ts";
import type { Scope } from "#server/identity/actor.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import type { AssortmentItem } from "#shared/machines/assortment.ts";

export interface AssortmentFilter {
  organizationId: string;
  /** one product; null: those that match */
  productId: string | null;
  search: string | null;
  archived: boolean | null;
  soldSince: Date;
  limit: number;
  offset: number;
}

/** The organization's products with where they are sold, those that are no longer sold at the end. What is in machines and what sold is counted for those on the page alone. */
export async function findAssortment(rt: Runtime, filter: AssortmentFilter): Promise<(AssortmentItem & { total: number })[]> {
  const { organizationId, productId, search, archived, soldSince, limit, offset } = filter;
  return rt.db.query<AssortmentItem & { total: number }>({
    name: "machines_assortment",
    text: `select product.id, product.name, product.sku, product.price::text as price, product.description, product.archived_at is not null as archived,
        held.machines, held.slots, held.count, held.capacity, held.own as "ownPrices", coalesce(moved.sold, 0)::int as sold, product.total
      from (select *, count(*) over ()::int as total from product
        where organization_id = $1 and ($2::text is null or id = $2) and ($3::text is null or name ilike '%' || $3 || '%' or sku ilike '%' || $3 || '%')
          and ($4::boolean is null or (archived_at is not null) = $4)
        order by archived_at is not null, lower(name), id limit $6 offset $7) product
      cross join lateral (select count(distinct slot.machine_id)::int as machines, count(*)::int as slots, coalesce(sum(slot.count), 0)::int as count,
          coalesce(sum(slot.capacity), 0)::int as capacity, count(slot.price)::int as own
        from slot join machine on machine.id = slot.machine_id and machine.status <> 'decommissioned' where slot.product_id = product.id) held
      cross join lateral (select sum(-delta) as sold from stock_movement movement
        where movement.product_id = product.id and movement.at > $5::timestamptz and movement.kind in ('dispense', 'device') and movement.delta < 0) moved
      order by product.archived_at is not null, lower(product.name), product.id`,
    values: [organizationId, productId, search === null ? null : search.replace(/[\\%_]/g, "\\$&"), archived, soldSince.toISOString(), limit, offset],
  });
}

/** The product, when the scope sees it, locked also against being put into a slot meanwhile: that machine would be told the price before. */
export async function lockProduct(tx: Tx, scope: Scope, id: string): Promise<Product | null> {
  await tx.$queryRaw`select id from product where id = ${id} for update`;
  return tx.product.findFirst({ where: { id, ...(scope === "platform" ? {} : { organizationId: scope.organizationId }) } });
}

/** @returns false when the organization has another product with this SKU */
export async function skuIsFree(tx: Tx, organizationId: string, sku: string, exceptId: string): Promise<boolean> {
  return (await tx.product.count({ where: { organizationId, sku, id: { not: exceptId } } })) === 0;
}

export async function updateProductRow(tx: Tx, id: string, data: Prisma.ProductUncheckedUpdateInput): Promise<void> {
  await tx.product.update({ where: { id }, data, select: { id: true } });
}

/** Machines in service that have the product in a slot, in the order in which they are to be locked. */
export async function machinesWith(tx: Tx, productId: string, machineIds: readonly string[] | null): Promise<string[]> {
  const rows = await tx.machine.findMany({
    where: { status: { not: "decommissioned" }, slots: { some: { productId } }, ...(machineIds ? { id: { in: [...machineIds] } } : {}) },
    select: { id: true },
    orderBy: { id: "asc" },
  });
  return rows.map((row) => row.id);
}

export async function lockMachinesOf(tx: Tx, ids: readonly string[]): Promise<void> {
  await tx.$executeRawUnsafe(`select id from machine where id in (select jsonb_array_elements_text($1::jsonb)) order by id for no key update`, JSON.stringify(ids));
}

/** @returns the machine of each slot whose price changed */
export async function setSlotPrices(tx: Tx, productId: string, machineIds: readonly string[], price: bigint | null): Promise<string[]> {
  const rows = await tx.$queryRawUnsafe<{ machineId: string }[]>(
    `update slot set price = $3::bigint where product_id = $1 and machine_id in (select jsonb_array_elements_text($2::jsonb)) and price is distinct from $3::bigint
      returning machine_id as "machineId"`,
    productId,
    JSON.stringify(machineIds),
    price?.toString() ?? null,
  );
  return rows.map((row) => row.machineId);
}
