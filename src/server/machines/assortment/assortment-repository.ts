import type { Tx } from "#server/infra/events.ts";
import type { Prisma, Product } from "#server/infra/prisma/client.ts";
import type { Scope } from "#server/identity/actor.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import type { AssortmentItem } from "#shared/machines/assortment.ts";

const MAX_PRODUCTS = 2_000;

/** The organization's products with where they are sold, those that are no longer sold at the end. */
export async function findAssortment(rt: Runtime, organizationId: string, productId: string | null): Promise<AssortmentItem[]> {
  return rt.db.query<AssortmentItem>({
    name: "machines_assortment",
    text: `select product.id, product.name, product.sku, product.price::text as price, product.description, product.archived_at is not null as archived,
        count(distinct slot.machine_id)::int as machines, count(slot.code)::int as slots, coalesce(sum(slot.count), 0)::int as count, count(slot.price)::int as "ownPrices"
      from product left join (slot join machine on machine.id = slot.machine_id and machine.status <> 'decommissioned') on slot.product_id = product.id
      where product.organization_id = $1 and ($2::text is null or product.id = $2)
      group by product.id order by product.archived_at is not null, lower(product.name), product.id limit ${MAX_PRODUCTS}`,
    values: [organizationId, productId],
  });
}

/** The product, locked, when the scope sees it. */
export async function lockProduct(tx: Tx, scope: Scope, id: string): Promise<Product | null> {
  await tx.$queryRaw`select id from product where id = ${id} for no key update`;
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
