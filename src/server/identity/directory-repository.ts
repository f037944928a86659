import type { Runtime } from "#server/infra/runtime.ts";
import { likePattern } from "#server/infra/sql-text.ts";

export interface UserRow {
  id: string;
  email: string;
  name: string;
  platformRole: string | null;
  organizationId: string;
  organizationName: string;
  createdAt: Date;
  total: bigint;
}

/** Users with their personal organization, newest first. @param filter.search part of an e-mail or a name, or the whole id of the one or the other */
export async function findUsers(rt: Runtime, filter: { search: string | undefined; limit: number; offset: number }): Promise<UserRow[]> {
  return rt.db.query<UserRow>({
    name: "identity_find_users",
    text: `select u.id, u.email, u.name, u.platform_role as "platformRole", o.id as "organizationId", o.name as "organizationName", u.created_at as "createdAt",
        count(*) over () as total
      from "user" u join membership m on m.user_id = u.id join organization o on o.id = m.organization_id and o.personal
      where $1::text is null or u.email ilike $1 or u.name ilike $1 or o.name ilike $1 or $2 in (u.id, o.id)
      order by u.created_at desc, u.id desc limit $3 offset $4`,
    values: [filter.search ? likePattern(filter.search) : null, filter.search ?? "", filter.limit, filter.offset],
  });
}

export async function countUsers(rt: Runtime): Promise<number> {
  const rows = await rt.db.query<{ count: bigint }>({ text: `select count(*) as count from "user" where platform_role is null` });
  return Number(rows[0]?.count ?? 0n);
}

export async function organizationNames(rt: Runtime, ids: readonly string[]): Promise<Map<string, string>> {
  const rows = await rt.db.query<{ id: string; name: string }>({ name: "identity_organization_names", text: "select id, name from organization where id = any($1::text[])", values: [ids] });
  return new Map(rows.map((row) => [row.id, row.name]));
}

export async function firstOrganizations(rt: Runtime, limit: number): Promise<{ id: string; name: string }[]> {
  return rt.db.query<{ id: string; name: string }>({ text: "select id, name from organization order by id limit $1", values: [limit] });
}

export async function userNames(rt: Runtime, ids: readonly string[]): Promise<Map<string, string>> {
  const rows = await rt.db.query<{ id: string; name: string }>({ name: "identity_user_names", text: `select id, name from "user" where id = any($1::text[])`, values: [ids] });
  return new Map(rows.map((row) => [row.id, row.name]));
}

/** Members with one of these roles whose account is not disabled. */
export async function usersByMembership(rt: Runtime, organizationId: string, roles: readonly string[]): Promise<string[]> {
  const rows = await rt.db.query<{ id: string }>({
    name: "identity_users_by_membership",
    text: `select u.id from membership m join "user" u on u.id = m.user_id where m.organization_id = $1 and m.role = any($2::text[]) and u.disabled_at is null order by u.id`,
    values: [organizationId, roles],
  });
  return rows.map((row) => row.id);
}

/** Users with one of these roles on the platform whose account is not disabled. */
export async function usersByPlatformRole(rt: Runtime, roles: readonly string[]): Promise<string[]> {
  const rows = await rt.db.query<{ id: string }>({ name: "identity_users_by_platform_role", text: `select id from "user" where platform_role = any($1::text[]) and disabled_at is null order by id`, values: [roles] });
  return rows.map((row) => row.id);
}

/** The organization's owner, of several the one with the smallest id; null: it has none, or is none. */
export async function firstOwner(rt: Runtime, organizationId: string): Promise<string | null> {
  const rows = await rt.db.query<{ userId: string }>({ text: `select user_id as "userId" from membership where organization_id = $1 and role = 'owner' order by user_id limit 1`, values: [organizationId] });
  return rows[0]?.userId ?? null;
}
