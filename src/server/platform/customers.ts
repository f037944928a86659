import type { z } from "zod";
import { pagination } from "#shared/schema.ts";
import type { customerListInput, customerListOutput } from "#shared/platform/schema.ts";
import { balancesOf } from "#server/billing/totals.ts";
import { vmCounts } from "#server/compute/totals.ts";
import { searchUsers } from "#server/identity/directory.ts";
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
