import type { Prisma } from "#server/infra/prisma/client.ts";
import type { Runtime } from "#server/infra/runtime.ts";

const PARTS = {
  image: { include: { sources: true } },
  plan: true,
  // IPv4 first: its pool says the bridge.
  addresses: { include: { pool: true }, orderBy: { pool: { family: "asc" } } },
} satisfies Prisma.VmInclude;
export type VmParts = Prisma.VmGetPayload<{ include: typeof PARTS }>;

/** A VM with all that the catalog says of it. */
export function vmParts(rt: Runtime, id: string): Promise<VmParts | null> {
  return rt.db.prisma.vm.findUnique({ where: { id }, include: PARTS });
}
