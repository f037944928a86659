import type { Scope } from "#server/identity/actor.ts";
import type { Prisma } from "#server/infra/prisma/client.ts";

/** Which machines a scope may see: an organization its own, the platform all. What is not visible is "not found". */
export function visibleMachines(scope: Scope): Prisma.MachineWhereInput {
  return scope === "platform" ? {} : { organizationId: scope.organizationId };
}
