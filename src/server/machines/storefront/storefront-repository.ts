import type { Tx } from "#server/infra/events.ts";
import type { Prisma } from "#server/infra/prisma/client.ts";

const WITH_SLOTS = { slots: { where: { productId: { not: null } }, include: { product: true }, orderBy: [{ row: "asc" }, { column: "asc" }] } } as const satisfies Prisma.MachineInclude;

export type StorefrontRow = Prisma.MachineGetPayload<{ include: typeof WITH_SLOTS }>;

/** A machine by the address of its storefront; one that was never claimed has none yet. */
export async function findStorefront(tx: Tx, slug: string): Promise<StorefrontRow | null> {
  return tx.machine.findFirst({ where: { slug, status: { in: ["online", "offline", "decommissioned"] } }, include: WITH_SLOTS });
}

/** The same with the machine locked until the transaction ends. */
export async function lockStorefront(tx: Tx, slug: string): Promise<StorefrontRow | null> {
  await tx.$queryRaw`select id from machine where slug = ${slug} for no key update`;
  return findStorefront(tx, slug);
}
