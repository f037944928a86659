import type { z } from "zod";
import { notFound } from "#shared/errors.ts";
import type { organizationOutput, updateOrganizationInput } from "#shared/identity/schema.ts";
import { organizationPermissions } from "#shared/permissions.ts";
import { isTimeZone } from "#shared/schema.ts";
import type { Tx } from "#server/infra/events.ts";
import type { Organization } from "#server/infra/prisma/client.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { recordAudit } from "#server/platform/audit.ts";
import type { MemberActor, UserActor } from "./actor.ts";
import { findOrganization, lockOrganization, organizationsOf, updateOrganizationRow } from "./repository.ts";

type OrganizationView = z.output<typeof organizationOutput>;

/** The organizations that the user is a member of, their own first. */
export async function listOrganizations(rt: Runtime, actor: UserActor): Promise<{ data: OrganizationView[] }> {
  const rows = await organizationsOf(rt, actor.userId);
  return { data: rows.map(({ organization, role }) => toView(rt, organization, role)) };
}

/** Changes what is given of the actor's organization. */
export async function updateOrganization(rt: Runtime, actor: MemberActor, input: Omit<z.output<typeof updateOrganizationInput>, "id">): Promise<OrganizationView> {
  const changed = await transact(rt, async (tx) => {
    await lockOrganization(tx, actor.organizationId);
    const organization = await findOrganization(tx, actor.organizationId);
    if (!organization) throw notFound("organization");
    const { timeZone } = input;
    if (timeZone === undefined || timeZone === organization.timeZone) return organization;
    await recordAudit(tx, actor, {
      action: "organization.update",
      subjectType: "organization",
      subjectId: organization.id,
      organizationId: organization.id,
      before: { timeZone: organization.timeZone },
      after: { timeZone },
      at: rt.clock.now(),
    });
    return updateOrganizationRow(tx, organization.id, { timeZone });
  });
  return toView(rt, changed, actor.role);
}

/** The time zone in which the organization has its nights. @throws AppError NOT_FOUND */
export async function timeZoneOf(rt: Runtime, tx: Tx, organizationId: string): Promise<string> {
  const organization = await findOrganization(tx, organizationId);
  if (!organization) throw notFound("organization");
  return effectiveTimeZone(rt, organization);
}

/** A name that this computer's time zones have no more is as good as none. */
function effectiveTimeZone(rt: Runtime, { timeZone }: Pick<Organization, "timeZone">): string {
  return timeZone !== null && isTimeZone(timeZone) ? timeZone : rt.config.expiryTimeZone;
}

function toView(rt: Runtime, organization: Organization, role: string): OrganizationView {
  return {
    id: organization.id,
    name: organization.name,
    personal: organization.personal,
    role,
    permissions: [...organizationPermissions(role)],
    tier: organization.tier,
    timeZone: organization.timeZone,
    effectiveTimeZone: effectiveTimeZone(rt, organization),
  };
}
