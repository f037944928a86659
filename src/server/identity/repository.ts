import type { Tx } from "#server/infra/events.ts";
import type { Organization, User } from "#server/infra/prisma/client.ts";
import { Prisma } from "#server/infra/prisma/client.ts";
import type { Runtime } from "#server/infra/runtime.ts";

export async function findUserByEmail(tx: Tx, email: string): Promise<User | null> {
  return tx.user.findUnique({ where: { email } });
}

export async function getUser(tx: Tx, id: string): Promise<User | null> {
  return tx.user.findUnique({ where: { id } });
}

/** The users with these e-mail addresses, each with the organization of their own. */
export async function findUsersWithHome(rt: Runtime, emails: readonly string[]): Promise<{ id: string; email: string; platformRole: string | null; organizationId: string | undefined }[]> {
  const rows = await rt.db.prisma.user.findMany({
    where: { email: { in: [...emails] } },
    select: { id: true, email: true, platformRole: true, memberships: { where: { organization: { personal: true } }, select: { organizationId: true }, take: 1 } },
    orderBy: { createdAt: "asc" },
  });
  return rows.map(({ memberships, ...user }) => ({ ...user, organizationId: memberships[0]?.organizationId }));
}

/** @returns how many that changed */
export async function setDisabled(rt: Runtime, emails: readonly string[], disabledAt: Date | null): Promise<number> {
  const { count } = await rt.db.prisma.user.updateMany({ where: { email: { in: [...emails] }, disabledAt: disabledAt ? null : { not: null } }, data: { disabledAt } });
  return count;
}

export async function hasPlatformRole(rt: Runtime, role: string): Promise<boolean> {
  return (await rt.db.prisma.user.findFirst({ where: { platformRole: role, disabledAt: null }, select: { id: true } })) !== null;
}

/** @throws PrismaClientKnownRequestError that `isEmailTaken` knows, when somebody else was faster */
export async function insertUser(tx: Tx, user: Omit<User, "disabledAt" | "locale" | "theme">): Promise<User> {
  return tx.user.create({ data: user });
}

/** Whether a write failed on the unique e-mail address. */
export function isEmailTaken(error: unknown): boolean {
  return error instanceof Prisma.PrismaClientKnownRequestError && error.code === "P2002";
}

/** An organization with its first member. */
export async function insertOrganization(tx: Tx, organization: Pick<Organization, "id" | "name" | "personal" | "createdAt">, owner: { userId: string; role: string }): Promise<void> {
  await tx.organization.create({ data: { ...organization, memberships: { create: { ...owner, createdAt: organization.createdAt } } }, select: { id: true } });
}

export async function updateUser(tx: Tx, id: string, data: Prisma.UserUpdateInput): Promise<User> {
  return tx.user.update({ where: { id }, data });
}

/** The user's organizations, their own first. */
export async function organizationsOf(rt: Runtime, userId: string): Promise<{ role: string; organization: Organization }[]> {
  return rt.db.prisma.membership.findMany({
    where: { userId },
    select: { role: true, organization: true },
    orderBy: [{ organization: { personal: "desc" } }, { createdAt: "asc" }, { organizationId: "asc" }],
    take: 200,
  });
}

export function findOrganization(tx: Tx, id: string): Promise<Organization | null> {
  return tx.organization.findUnique({ where: { id } });
}

export function updateOrganizationRow(tx: Tx, id: string, data: Pick<Organization, "timeZone">): Promise<Organization> {
  return tx.organization.update({ where: { id }, data });
}

/** null: there is no such organization. */
export async function organizationTier(tx: Tx, id: string): Promise<string | null> {
  return (await tx.organization.findUnique({ where: { id }, select: { tier: true } }))?.tier ?? null;
}

/** Locks the organization against others who do so, until the transaction ends; memberships can be added meanwhile. */
export async function lockOrganization(tx: Tx, id: string): Promise<void> {
  await tx.$queryRaw`select 1 from organization where id = ${id} for no key update`;
}
