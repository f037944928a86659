import { organizationPermissions, type Permission, platformPermissions } from "#shared/permissions.ts";
import { room as roomSchema } from "#shared/platform/events.ts";
import type { UserActor } from "#server/identity/actor.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import type { StoredEvent } from "#server/infra/events.ts";
import { organizationOf } from "./repository.ts";

/** Whether somebody may listen in a room. A room of others is answered like one that isn't there. */
export async function mayJoin(rt: Runtime, actor: UserActor, room: unknown): Promise<boolean> {
  const parsed = roomSchema.safeParse(room);
  if (!parsed.success) return false;
  const [kind, id = ""] = parsed.data.split(":");
  const platform = platformPermissions(actor.platformRole);
  switch (kind) {
    case "admin":
      return platform.includes("platform:overview");
    case "org":
      return mayRead(actor, id, "organization:read");
    case "vm":
      return platform.includes("platform:vms:read") || mayRead(actor, await organizationOf(rt.db, "vm", id), "vm:read");
    case "machine":
      return platform.includes("platform:machines:read") || mayRead(actor, await organizationOf(rt.db, "machine", id), "machine:read");
    default:
      return false;
  }
}

function mayRead(actor: UserActor, organizationId: string | null, permission: Permission): boolean {
  const membership = actor.memberships.find((candidate) => candidate.organizationId === organizationId);
  return membership !== undefined && organizationPermissions(membership.role).includes(permission);
}

/** The rooms that hear an event: its organization, its VM or machine (also when it is an operation's), and the administrators. */
export function roomsOf(event: Pick<StoredEvent, "organizationId" | "subject" | "data">): string[] {
  const subjects = [event.subject, (event.data as { subjectId?: unknown } | null)?.subjectId];
  return [
    "admin",
    ...(event.organizationId === null ? [] : [`org:${event.organizationId}`]),
    ...subjects.flatMap((subject) => {
      if (typeof subject !== "string") return [];
      if (subject.startsWith("vm_")) return [`vm:${subject}`];
      return subject.startsWith("mch_") ? [`machine:${subject}`] : [];
    }),
  ];
}
