import type { Tx } from "#server/infra/events.ts";
import type { MachineTemplate, Prisma, Product } from "#server/infra/prisma/client.ts";
import type { Runtime } from "#server/infra/runtime.ts";

const MAX_PRODUCTS = 1_000;

export async function findTemplates(rt: Runtime): Promise<MachineTemplate[]> {
  return rt.db.prisma.machineTemplate.findMany({ orderBy: { name: "asc" }, take: 200 });
}

export async function getTemplate(tx: Tx, id: string): Promise<MachineTemplate | null> {
  return tx.machineTemplate.findUnique({ where: { id } });
}

export async function findTemplateBySlug(rt: Runtime, slug: string): Promise<MachineTemplate | null> {
  return rt.db.prisma.machineTemplate.findUnique({ where: { slug } });
}

export async function upsertTemplate(rt: Runtime, template: Pick<MachineTemplate, "id" | "slug" | "name" | "description" | "heartbeatSeconds" | "chip" | "firmwareProject" | "otaSlotBytes"> & { slots: Prisma.InputJsonArray }): Promise<void> {
  const { id, slug, ...rest } = template;
  await rt.db.prisma.machineTemplate.upsert({ where: { slug }, create: { id, slug, ...rest }, update: rest, select: { id: true } });
}

export async function findProducts(rt: Runtime, organizationId: string, withArchived: boolean): Promise<Product[]> {
  return rt.db.prisma.product.findMany({ where: { organizationId, ...(withArchived ? {} : { archivedAt: null }) }, orderBy: [{ name: "asc" }, { id: "asc" }], take: MAX_PRODUCTS });
}

/** @returns false when the organization has a product with this SKU */
export async function insertProduct(tx: Tx, product: Pick<Product, "id" | "organizationId" | "name" | "sku" | "price" | "description" | "createdAt">): Promise<boolean> {
  return (await tx.product.createMany({ data: [product], skipDuplicates: true })).count === 1;
}

/** Those of `ids` that are products of the organization. */
export async function ownProductIds(tx: Tx, organizationId: string, ids: readonly string[]): Promise<Set<string>> {
  const rows = await tx.product.findMany({ where: { organizationId, id: { in: [...ids] } }, select: { id: true } });
  return new Set(rows.map((row) => row.id));
}
