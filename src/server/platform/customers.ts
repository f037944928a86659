import type { z } from "zod";
import { notFound } from "#shared/errors.ts";
import type { customerDetailOutput, customerInput, customerListInput, customerListOutput } from "#shared/platform/schema.ts";
import { pagination } from "#shared/schema.ts";
import { getBalance } from "#server/billing/credits.ts";
import { balancesOf } from "#server/billing/totals.ts";
import { vmCounts } from "#server/compute/totals.ts";
import { namesOfOrganizations, ownerOfOrganization, searchUsers } from "#server/identity/directory.ts";
import type { Runtime } from "#server/infra/runtime.ts";

/** People with an account, each with the balance and the VMs of their personal organization. */
export async function listCustomers(rt: Runtime, input: z.output<typeof customerListInput>): Promise<z.output<typeof customerListOutput>> {
  const { users, total } = await searchUsers(rt, input);
  const organizations = users.map((user) => user.organizationId);
  const [balances, counts] = await Promise.all([balancesOf(rt, organizations), vmCounts(rt, organizations)]);
  return {
    data: users.map((user) => ({
      id: user.id,
      email: user.email,
      name: user.name,
      role: user.platformRole,
      organizationId: user.organizationId,
      organizationName: user.organizationName,
      balance: (balances.get(user.organizationId) ?? 0n).toString(),
      vmCount: counts.get(user.organizationId) ?? 0,
      createdAt: user.createdAt.toISOString(),
    })),
    pagination: pagination(input, total),
  };
}

/**
 * One organization: whose it is, what it holds and burns.
 * @throws AppError NOT_FOUND
 */
export async function getCustomer(rt: Runtime, { organizationId }: z.output<typeof customerInput>): Promise<z.output<typeof customerDetailOutput>> {
  const [names, owner, counts] = await Promise.all([namesOfOrganizations(rt, [organizationId]), ownerOfOrganization(rt, organizationId), vmCounts(rt, [organizationId])]);
  const organizationName = names.get(organizationId);
  if (organizationName === undefined) throw notFound("organization");
  const [credits, found] = await Promise.all([getBalance(rt, { organizationId }), owner === null ? null : searchUsers(rt, { search: owner, page: 1, limit: 10 })]);
  const user = found?.users.find(({ id }) => id === owner);
  return { organizationId, organizationName, owner: user ? { id: user.id, name: user.name, email: user.email } : null, vmCount: counts.get(organizationId) ?? 0, credits };
}
