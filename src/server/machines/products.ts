import type { z } from "zod";
import { AppError, notFound } from "#shared/errors.ts";
import { newId } from "#shared/ids.ts";
import type { productCreateInput, productOutput, templateOutput } from "#shared/machines/schema.ts";
import type { Actor } from "#server/identity/actor.ts";
import { namesOfOrganizations } from "#server/identity/directory.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { recordAudit } from "#server/platform/audit.ts";
import { findProducts, findTemplates, insertProduct } from "./products-repository.ts";
import { templateSlots } from "./templates.ts";

type Product = z.output<typeof productOutput>;

/** Kinds of machines that the wizard offers. */
export async function listTemplates(rt: Runtime): Promise<{ data: z.output<typeof templateOutput>[] }> {
  const templates = await findTemplates(rt);
  return { data: templates.map((template) => ({ ...template, slots: templateSlots(template.slots) })) };
}

/** What an organization sells in its machines; with what it no longer sells when that is asked for. */
export async function listProducts(rt: Runtime, organizationId: string, options: { withArchived?: boolean } = {}): Promise<{ data: Product[] }> {
  const products = await findProducts(rt, organizationId, options.withArchived ?? false);
  return { data: products.map((product) => ({ id: product.id, name: product.name, sku: product.sku, price: product.price.toString() })) };
}

/** @throws AppError NOT_FOUND for the organization, CONFLICT when it has a product with this SKU */
export async function createProduct(rt: Runtime, actor: Actor, input: z.output<typeof productCreateInput> & { description?: string }): Promise<Product> {
  if (!(await namesOfOrganizations(rt, [input.organizationId])).has(input.organizationId)) throw notFound("organization");
  const at = rt.clock.now();
  const product = { id: newId("product"), organizationId: input.organizationId, name: input.name, sku: input.sku, price: BigInt(input.price), description: input.description ?? "", createdAt: at };
  await transact(rt, async (tx) => {
    if (!(await insertProduct(tx, product))) {
      throw new AppError("CONFLICT", `There is a product with the SKU ${input.sku} already.`, { details: [{ field: "sku", message: "is in use" }] });
    }
    await recordAudit(tx, actor, {
      action: "product.create",
      subjectType: "product",
      subjectId: product.id,
      organizationId: product.organizationId,
      after: { name: product.name, sku: product.sku, price: input.price },
      at,
    });
  });
  return { id: product.id, name: product.name, sku: product.sku, price: product.price.toString() };
}
