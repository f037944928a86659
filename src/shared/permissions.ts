/** Permissions as data, read by the server and by the UI. One place decides. */
export const PERMISSIONS = [
  "organization:read",
  "organization:update",
  "project:read",
  "project:create",
  "project:update",
  "project:delete",
  "vm:read",
  "vm:create",
  "vm:update",
  "vm:power",
  "vm:delete",
  "vm:console",
  "vm:snapshot",
  "vm:backup",
  "sshkey:read",
  "sshkey:create",
  "sshkey:delete",
  "operation:read",
  "operation:control",
  "credits:read",
  "credits:topup",
  "machine:read",
  "machine:command",
  "machine:stock",
  "machine:configure",
  "machine:alerts",
] as const;

export type Permission = (typeof PERMISSIONS)[number];

const READ: readonly Permission[] = [
  "organization:read",
  "project:read",
  "vm:read",
  "sshkey:read",
  "operation:read",
  "credits:read",
  "machine:read",
];

/** What a role in an organization may do there. */
export const ORGANIZATION_ROLES = {
  owner: PERMISSIONS,
  admin: PERMISSIONS,
  operator: [...READ, "vm:create", "vm:update", "vm:power", "vm:console", "vm:snapshot", "vm:backup", "operation:control", "sshkey:create", "machine:command", "machine:stock", "machine:alerts"],
  viewer: READ,
} as const satisfies Record<string, readonly Permission[]>;

export type OrganizationRole = keyof typeof ORGANIZATION_ROLES;

export const PLATFORM_PERMISSIONS = [
  "platform:overview",
  "platform:customers:read",
  "platform:credits:grant",
  "platform:billing:read",
  "platform:payments:read",
  "platform:payments:refund",
  "platform:vms:read",
  "platform:vms:write",
  "platform:hosts:read",
  "platform:hosts:write",
  "platform:catalog:read",
  "platform:catalog:write",
  "platform:operations:read",
  "platform:operations:control",
  "platform:machines:read",
  "platform:machines:write",
  "platform:orders:read",
  "platform:orders:refund",
  "platform:firmware:read",
  "platform:firmware:write",
  "platform:audit:read",
  "platform:health:read",
] as const;

export type PlatformPermission = (typeof PLATFORM_PERMISSIONS)[number];

/** What a role on the platform may do, over all organizations. */
export const PLATFORM_ROLES = {
  admin: PLATFORM_PERMISSIONS,
  support: [
    "platform:overview",
    "platform:customers:read",
    "platform:vms:read",
    "platform:hosts:read",
    "platform:catalog:read",
    "platform:operations:read",
    "platform:machines:read",
    "platform:machines:write",
    "platform:orders:read",
    "platform:orders:refund",
    "platform:firmware:read",
    "platform:health:read",
  ],
  billing: ["platform:overview", "platform:customers:read", "platform:credits:grant", "platform:billing:read", "platform:payments:read", "platform:payments:refund", "platform:orders:read", "platform:orders:refund"],
  auditor: ["platform:overview", "platform:customers:read", "platform:billing:read", "platform:audit:read"],
} as const satisfies Record<string, readonly PlatformPermission[]>;

export type PlatformRole = keyof typeof PLATFORM_ROLES;

/** Permissions of a role in an organization; none for a role we don't know. */
export function organizationPermissions(role: string): readonly Permission[] {
  return Object.hasOwn(ORGANIZATION_ROLES, role) ? ORGANIZATION_ROLES[role as OrganizationRole] : [];
}

/** Permissions of a role on the platform; none for null or a role we don't know. */
export function platformPermissions(role: string | null | undefined): readonly PlatformPermission[] {
  return role && Object.hasOwn(PLATFORM_ROLES, role) ? PLATFORM_ROLES[role as PlatformRole] : [];
}
