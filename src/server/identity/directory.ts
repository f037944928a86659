import type { Runtime } from "#server/infra/runtime.ts";
import { countUsers, findUsers, firstOrganizations, firstOwner, organizationNames, type UserRow, userNames } from "./directory-repository.ts";

/** A page of users by e-mail, name or id, for administrators and other domains' lists. */
export async function searchUsers(rt: Runtime, input: { search?: string | undefined; page: number; limit: number }): Promise<{ users: UserRow[]; total: number }> {
  const users = await findUsers(rt, { search: input.search || undefined, limit: input.limit, offset: (input.page - 1) * input.limit });
  return { users, total: Number(users[0]?.total ?? 0n) };
}

/** How many customers there are; people who run the platform are not counted. */
export async function countCustomers(rt: Runtime): Promise<number> {
  return countUsers(rt);
}

/** Names of organizations by id. */
export async function namesOfOrganizations(rt: Runtime, ids: readonly string[]): Promise<Map<string, string>> {
  return organizationNames(rt, ids);
}

/** The oldest organizations, for somebody who has to name one. */
export async function listOrganizations(rt: Runtime): Promise<{ id: string; name: string }[]> {
  return firstOrganizations(rt, 50);
}

/** Names of users by id. */
export async function namesOfUsers(rt: Runtime, ids: readonly string[]): Promise<Map<string, string>> {
  return userNames(rt, ids);
}

/** The user who owns an organization; null: there is no such organization. */
export async function ownerOfOrganization(rt: Runtime, organizationId: string): Promise<string | null> {
  return firstOwner(rt, organizationId);
}
