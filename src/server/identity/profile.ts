import type { z } from "zod";
import { notFound } from "#shared/errors.ts";
import type { profile, updateMeInput } from "#shared/identity/schema.ts";
import { organizationPermissions, platformPermissions } from "#shared/permissions.ts";
import { availableCredits } from "#server/billing/credits.ts";
import type { User } from "#server/infra/prisma/client.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { recordAudit } from "#server/platform/audit.ts";
import type { UserActor } from "./actor.ts";
import { getUser, organizationsOf, updateUser } from "./repository.ts";
import { forgetUser } from "./session-cache.ts";

type Profile = z.output<typeof profile>;
const LOCALES = { en: "en", ko: "ko" } as const;
const THEMES = { auto: "auto", light: "light", dark: "dark" } as const;

/** The user as they are in an organization (null: their own). @throws AppError NOT_FOUND for an organization that they are not a member of */
export async function getProfile(rt: Runtime, actor: UserActor, organizationId: string | null): Promise<Profile> {
  const user = await getUser(rt.db.prisma, actor.userId);
  if (!user) throw notFound("user");
  return profileOf(rt, user, organizationId);
}

/** As getProfile, for a user just read. */
export async function profileOf(rt: Runtime, user: User, organizationId: string | null): Promise<Profile> {
  const { organization, role } = await membershipOf(rt, user.id, organizationId);
  return {
    id: user.id,
    email: user.email,
    name: user.name,
    phoneNumber: user.phoneNumber,
    role: user.platformRole,
    permissions: [...platformPermissions(user.platformRole), ...organizationPermissions(role)],
    tier: organization.tier,
    credits: (await availableCredits(rt, organization.id)).toString(),
    organizationId: organization.id,
    preferences: { locale: pick(LOCALES, user.locale, "en"), theme: pick(THEMES, user.theme, "auto") },
    createdAt: user.createdAt.toISOString(),
  };
}

async function membershipOf(rt: Runtime, userId: string, organizationId: string | null) {
  const memberships = await organizationsOf(rt, userId);
  const found = organizationId ? memberships.find(({ organization }) => organization.id === organizationId) : memberships[0];
  if (!found) throw notFound("organization");
  return found;
}

/** Changes what is given. @throws AppError NOT_FOUND as getProfile does, and then nothing is changed */
export async function updateProfile(rt: Runtime, actor: UserActor, organizationId: string | null, input: z.output<typeof updateMeInput>): Promise<Profile> {
  await membershipOf(rt, actor.userId, organizationId);
  const at = rt.clock.now();
  const changes = {
    ...(input.name === undefined ? {} : { name: input.name }),
    ...(input.phoneNumber === undefined ? {} : { phoneNumber: input.phoneNumber }),
    ...(input.preferences?.locale === undefined ? {} : { locale: input.preferences.locale }),
    ...(input.preferences?.theme === undefined ? {} : { theme: input.preferences.theme }),
  };
  const user = await transact(rt, async (tx) => {
    const updated = await updateUser(tx, actor.userId, { ...changes, updatedAt: at });
    // Which fields, not what is in them: the log is kept longer than a person's data.
    await recordAudit(tx, actor, { action: "user.update", subjectType: "user", subjectId: actor.userId, organizationId: null, after: { fields: Object.keys(changes) }, at });
    return updated;
  });
  forgetUser(rt, actor.userId);
  return profileOf(rt, user, organizationId);
}

function pick<T extends string>(allowed: Readonly<Record<T, T>>, value: string, fallback: T): T {
  return Object.hasOwn(allowed, value) ? allowed[value as T] : fallback;
}
