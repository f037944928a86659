import { notFound } from "#shared/errors.ts";
import type { Scope } from "#server/identity/actor.ts";

/** Row rule of this domain: a row of another organization is one that does not exist. */
export function visible<T extends { organizationId: string }>(row: T | null | undefined, scope: Scope, resource: string): T {
  if (!row || (scope !== "platform" && row.organizationId !== scope.organizationId)) throw notFound(resource);
  return row;
}
