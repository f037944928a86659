import type { Notification } from "#server/infra/prisma/client.ts";
import type { Runtime } from "#server/infra/runtime.ts";

export interface NewNotification {
  id: string;
  userId: string;
  organizationId: string | null;
  eventId: string | null;
  kind: string;
  severity: string;
  subject: string;
  data: Record<string, unknown>;
  createdAt: Date;
}

/** One of each event to each person. @returns those that were not there before */
export async function insertNotifications(rt: Runtime, rows: readonly NewNotification[]): Promise<{ id: string; userId: string }[]> {
  if (rows.length === 0) return [];
  return rt.db.query<{ id: string; userId: string }>({
    name: "notifications_insert",
    text: `insert into notification (id, user_id, organization_id, event_id, kind, severity, subject, data, created_at)
      select id, "userId", "organizationId", "eventId", kind, severity, subject, data, "createdAt"
      from jsonb_to_recordset($1::jsonb) as row (id text, "userId" text, "organizationId" text, "eventId" text, kind text, severity text, subject text, data jsonb, "createdAt" timestamptz)
      on conflict (user_id, event_id) do nothing returning id, user_id as "userId"`,
    values: [JSON.stringify(rows)],
  });
}

/** Newest first, older than the cursor. */
export async function findNotifications(rt: Runtime, userId: string, before: string | null, limit: number): Promise<Notification[]> {
  return rt.db.prisma.notification.findMany({ where: { userId, ...(before === null ? {} : { id: { lt: before } }) }, orderBy: { id: "desc" }, take: limit });
}

/** How many are unread, at most `most`. */
export async function countUnread(rt: Runtime, userId: string, most: number): Promise<number> {
  const rows = await rt.db.query<{ count: number }>({
    name: "notifications_unread",
    text: "select count(*)::int as count from (select 1 from notification where user_id = $1 and read_at is null limit $2) unread",
    values: [userId, most],
  });
  return rows[0]?.count ?? 0;
}

/** @param ids null: all */
export async function markRead(rt: Runtime, userId: string, ids: readonly string[] | null, at: Date): Promise<void> {
  await rt.db.prisma.notification.updateMany({ where: { userId, readAt: null, ...(ids === null ? {} : { id: { in: [...ids] } }) }, data: { readAt: at } });
}

/** Removes what was told before `before`. */
export async function deleteNotificationsBefore(rt: Runtime, before: Date): Promise<void> {
  await rt.db.prisma.notification.deleteMany({ where: { createdAt: { lt: before } } });
}
