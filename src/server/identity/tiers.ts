import { notFound } from "#shared/errors.ts";
import type { Tx } from "#server/infra/events.ts";
import { lockOrganization, organizationTier } from "./repository.ts";

/** The organization's tier. @throws AppError NOT_FOUND */
export async function tierOf(tx: Tx, organizationId: string): Promise<string> {
  const tier = await organizationTier(tx, organizationId);
  if (tier === null) throw notFound("organization");
  return tier;
}

/** The same, the organization locked until the transaction ends: whoever else counts what it has, waits. @throws AppError NOT_FOUND */
export async function lockTier(tx: Tx, organizationId: string): Promise<string> {
  await lockOrganization(tx, organizationId);
  return tierOf(tx, organizationId);
}
