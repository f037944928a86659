import type { z } from "zod";
import type { topUpDetailOutput, topUpSearchInput, topUpSearchOutput } from "#shared/billing/admin-top-ups.ts";
import { pagination } from "#shared/schema.ts";
import { searchTopUps, topUpDetail } from "#server/billing/payments/top-up-search.ts";
import { namesOfOrganizations, namesOfUsers, searchUsers } from "#server/identity/directory.ts";
import type { Runtime } from "#server/infra/runtime.ts";

/** Customers that one search may mean. */
const MEANT = 100;

/** Payments of all customers, the newest first, found by customer or by what the provider and the receipt call them. */
export async function listTopUps(rt: Runtime, input: z.output<typeof topUpSearchInput>): Promise<z.output<typeof topUpSearchOutput>> {
  const meant = input.search ? (await searchUsers(rt, { search: input.search, page: 1, limit: MEANT })).users.map(({ organizationId }) => organizationId) : [];
  const { data, total } = await searchTopUps(rt, input, meant);
  const names = await namesOfOrganizations(rt, [...new Set(data.map(({ organizationId }) => organizationId))]);
  return { data: data.map((each) => ({ ...each, organizationName: names.get(each.organizationId) ?? "" })), pagination: pagination(input, total) };
}

/** One of them, with all that is known of it. @throws AppError NOT_FOUND */
export async function getTopUpDetail(rt: Runtime, { id }: { id: string }): Promise<z.output<typeof topUpDetailOutput>> {
  const { userId, ...detail } = await topUpDetail(rt, id);
  const [organizations, users] = await Promise.all([namesOfOrganizations(rt, [detail.organizationId]), namesOfUsers(rt, userId === null ? [] : [userId])]);
  return { ...detail, organizationName: organizations.get(detail.organizationId) ?? "", userName: userId === null ? null : (users.get(userId) ?? userId) };
}
