import type { z } from "zod";
import { AppError, notFound } from "#shared/errors.ts";
import type { AssortmentItem, assortmentListInput, assortmentOutput, productArchiveInput, productUpdateInput, slotPricesInput, slotPricesOutput } from "#shared/machines/assortment.ts";
import { SOLD_DAYS } from "#shared/machines/products.ts";
import { pagination } from "#shared/schema.ts";
import type { Actor, Scope } from "#server/identity/actor.ts";
import type { Tx } from "#server/infra/events.ts";
import type { Product } from "#server/infra/prisma/client.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { recordAudit } from "#server/platform/audit.ts";
import { findAssortment, lockMachinesOf, lockProduct, machinesWith, setSlotPrices, skuIsFree, updateProductRow } from "./assortment-repository.ts";
import { tellMachines } from "./tell-machines.ts";

const SOLD_MS = SOLD_DAYS * 86_400_000;

/** A page of an organization's products, with where each is sold. */
export async function listAssortment(rt: Runtime, organizationId: string, input: z.output<typeof assortmentListInput>): Promise<z.output<typeof assortmentOutput>> {
  const { search, status, limit, page } = input;
  const filter = { organizationId, productId: null, search: search || null, archived: status === undefined ? null : status === "archived", soldSince: soldSince(rt), limit, offset: (page - 1) * limit };
  const rows = await findAssortment(rt, filter);
  return { data: rows.map(({ total: _total, ...item }) => item), pagination: pagination(input, rows[0]?.total ?? 0) };
}

/**
 * Changes a product; each machine that has it gets its configuration anew when that says something else by it.
 * @throws AppError NOT_FOUND, CONFLICT when the organization has another product with this SKU
 */
export async function updateProduct(rt: Runtime, actor: Actor, scope: Scope, input: z.output<typeof productUpdateInput>): Promise<AssortmentItem> {
  const at = rt.clock.now();
  const { id } = input;
  const product = await transact(rt, async (tx) => {
    const before = await lockProduct(tx, scope, id);
    if (!before) throw notFound("product");
    if (input.sku !== undefined && !(await skuIsFree(tx, before.organizationId, input.sku, id))) {
      throw new AppError("CONFLICT", `There is a product with the SKU ${input.sku} already.`, { details: [{ field: "sku", message: "is in use" }] });
    }
    const data = {
      name: input.name ?? before.name,
      sku: input.sku ?? before.sku,
      price: input.price === undefined ? before.price : BigInt(input.price),
      description: input.description ?? before.description,
    };
    const after = { ...before, ...data };
    await updateProductRow(tx, id, data);
    if (after.name !== before.name || after.sku !== before.sku || after.price !== before.price) await tellMachines(tx, before.organizationId, await machinesWith(tx, id, null), at);
    await audit(tx, actor, "product.update", before, { before: facts(before), after: facts(after) }, at);
    return before;
  });
  return told(rt, product);
}

/** Takes a product out of sale, wherever it is, or puts it back. What is in the machines stays in their slots. @throws AppError NOT_FOUND */
export async function archiveProduct(rt: Runtime, actor: Actor, scope: Scope, input: z.output<typeof productArchiveInput>): Promise<AssortmentItem> {
  const at = rt.clock.now();
  const product = await transact(rt, async (tx) => {
    const before = await lockProduct(tx, scope, input.id);
    if (!before) throw notFound("product");
    if ((before.archivedAt !== null) === input.archived) return before;
    await updateProductRow(tx, input.id, { archivedAt: input.archived ? at : null });
    await tellMachines(tx, before.organizationId, await machinesWith(tx, input.id, null), at);
    await audit(tx, actor, input.archived ? "product.archive" : "product.restore", before, {}, at);
    return before;
  });
  return told(rt, product);
}

/**
 * One price for a product in many machines: their slots get it as their own, or lose theirs (null).
 * @throws AppError NOT_FOUND for the product, INVALID_REQUEST for machines that do not have it
 */
export async function setPrices(rt: Runtime, actor: Actor, scope: Scope, input: z.output<typeof slotPricesInput>): Promise<z.output<typeof slotPricesOutput>> {
  const at = rt.clock.now();
  const result = await transact(rt, async (tx) => {
    const product = await lockProduct(tx, scope, input.id);
    if (!product) throw notFound("product");
    const machines = await machinesWith(tx, input.id, input.machineIds ?? null);
    const without = (input.machineIds ?? []).filter((id) => !machines.includes(id));
    if (without.length > 0) {
      throw new AppError("INVALID_REQUEST", "Some of these machines do not have the product.", { details: without.map((id) => ({ field: "machineIds", message: `${id} does not have the product` })) });
    }
    await lockMachinesOf(tx, machines);
    const slots = await setSlotPrices(tx, input.id, machines, input.price === null ? null : BigInt(input.price));
    const changed = [...new Set(slots)].sort();
    await tellMachines(tx, product.organizationId, changed, at);
    if (changed.length > 0) await audit(tx, actor, "product.slot_prices", product, { after: { price: input.price, machines: changed.length, slots: slots.length } }, at);
    return { machines: changed.length, slots: slots.length };
  });
  rt.signals.send("downlinks");
  return result;
}

async function told(rt: Runtime, product: Product): Promise<AssortmentItem> {
  rt.signals.send("downlinks");
  const [row] = await findAssortment(rt, { organizationId: product.organizationId, productId: product.id, search: null, archived: null, soldSince: soldSince(rt), limit: 1, offset: 0 });
  if (!row) throw notFound("product");
  const { total: _total, ...item } = row;
  return item;
}

function soldSince(rt: Runtime): Date {
  return new Date(rt.clock.now().getTime() - SOLD_MS);
}

function facts({ name, sku, price, description }: Product): { name: string; sku: string; price: string; description: string } {
  return { name, sku, price: price.toString(), description };
}

async function audit(tx: Tx, actor: Actor, action: string, product: Product, change: { before?: ReturnType<typeof facts>; after?: Record<string, string | number | null> }, at: Date): Promise<void> {
  await recordAudit(tx, actor, { action, subjectType: "product", subjectId: product.id, organizationId: product.organizationId, ...change, at });
}
