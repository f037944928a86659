import { z } from "zod";
import { newId } from "#shared/ids.ts";
import type { Severity } from "#shared/machines/states.ts";
import type { notificationListInput, notificationListOutput, NotificationKind, NotificationOutput } from "#shared/platform/notifications.ts";
import { membersWho, platformUsersWho } from "#server/identity/recipients.ts";
import type { StoredEvent } from "#server/infra/events.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { namesOfMachines, nameOfRollout } from "#server/machines/names.ts";
import { countUnread, findNotifications, insertNotifications, markRead, type NewNotification } from "./notification-repository.ts";
import { type Occasion, occasionOf } from "./occasions.ts";

const COUNTED_TO = 100;
const scalars = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]));

/**
 * Tells people of an event who have to do with it by what they may do: once each, however often the event is delivered. Somebody who belongs to the organization and runs the
 * platform too is told as a member.
 */
export async function notifyOf(rt: Runtime, event: StoredEvent): Promise<void> {
  const occasion = occasionOf(event.type, event.data);
  if (!occasion) return;
  const members = occasion.organization && event.organizationId ? await membersWho(rt, event.organizationId, occasion.organization) : [];
  const platform = occasion.platform ? (await platformUsersWho(rt, occasion.platform)).filter((userId) => !members.includes(userId)) : [];
  if (members.length + platform.length === 0) return;
  const row = { eventId: event.id, kind: event.type, severity: occasion.severity, subject: event.subject, data: await withNames(rt, occasion), createdAt: event.createdAt };
  const rows: NewNotification[] = [
    ...members.map((userId) => ({ ...row, id: newId("notification"), userId, organizationId: event.organizationId })),
    ...platform.map((userId) => ({ ...row, id: newId("notification"), userId, organizationId: null })),
  ];
  for (const { id, userId } of await insertNotifications(rt, rows)) rt.realtime.publish({ rooms: [`usr:${userId}`], name: "notification", data: { id } });
}

/** A stretch of somebody's notifications, newest first. */
export async function listNotifications(rt: Runtime, userId: string, input: z.output<typeof notificationListInput>): Promise<z.output<typeof notificationListOutput>> {
  const rows = await findNotifications(rt, userId, input.cursor ?? null, input.limit + 1);
  const page = rows.slice(0, input.limit);
  return {
    data: page.map(
      (row): NotificationOutput => ({
        id: row.id,
        // Written by `notifyOf` alone.
        kind: row.kind as NotificationKind,
        severity: row.severity as Severity,
        organizationId: row.organizationId,
        subject: row.subject,
        data: scalars.parse(row.data),
        createdAt: row.createdAt.toISOString(),
        readAt: row.readAt?.toISOString() ?? null,
      }),
    ),
    nextCursor: rows.length > input.limit ? (page.at(-1)?.id ?? null) : null,
  };
}

/** How many somebody has not read, counted to 100. */
export async function unreadNotifications(rt: Runtime, userId: string): Promise<{ unread: number }> {
  return { unread: await countUnread(rt, userId, COUNTED_TO) };
}

/** Notes that somebody has seen these of theirs (null: all); the other windows of theirs hear of it. */
export async function readNotifications(rt: Runtime, userId: string, ids: readonly string[] | null): Promise<void> {
  await markRead(rt, userId, ids, rt.clock.now());
  rt.realtime.publish({ rooms: [`usr:${userId}`], name: "notification", data: { id: ids?.[0] ?? "" } });
}

/** The names that its sentence needs, as they are now. */
async function withNames(rt: Runtime, { data }: Occasion): Promise<Occasion["data"]> {
  const { machineId, rolloutId } = data;
  return {
    ...data,
    ...(typeof machineId === "string" ? { machine: (await namesOfMachines(rt, [machineId])).get(machineId) ?? "" } : {}),
    ...(typeof rolloutId === "string" ? { rollout: (await nameOfRollout(rt, rolloutId)) ?? "" } : {}),
  };
}
