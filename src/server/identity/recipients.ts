import { ORGANIZATION_ROLES, type Permission, PLATFORM_ROLES, type PlatformPermission } from "#shared/permissions.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { usersByMembership, usersByPlatformRole } from "./directory-repository.ts";

/** Users who may do something in an organization; those whose account is disabled are left out. */
export async function membersWho(rt: Runtime, organizationId: string, permission: Permission): Promise<string[]> {
  return usersByMembership(rt, organizationId, rolesWith(ORGANIZATION_ROLES, permission));
}

/** Users who may do something on the platform, over all organizations. */
export async function platformUsersWho(rt: Runtime, permission: PlatformPermission): Promise<string[]> {
  return usersByPlatformRole(rt, rolesWith(PLATFORM_ROLES, permission));
}

function rolesWith(roles: Readonly<Record<string, readonly string[]>>, permission: string): string[] {
  return Object.keys(roles).filter((role) => roles[role]?.includes(permission));
}
