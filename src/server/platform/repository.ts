import type { Runtime } from "#server/infra/runtime.ts";
import { likePattern } from "#server/infra/sql-text.ts";

export interface AuditRow {
  id: string;
  at: Date;
  actorKind: string;
  actorId: string | null;
  actorName: string;
  action: string;
  subjectType: string;
  subjectId: string;
  before: unknown;
  after: unknown;
  ip: string;
  requestId: string;
}

/** Entries older than the cursor's, newest first. Ids are time-ordered, so the id alone is the cursor. */
export async function findAudit(rt: Runtime, filter: { before: string | null; search: string | undefined; limit: number }): Promise<AuditRow[]> {
  return rt.db.query<AuditRow>({
    name: "platform_audit",
    text: `select id, at, actor_kind as "actorKind", actor_id as "actorId", actor_name as "actorName", action, subject_type as "subjectType", subject_id as "subjectId",
        before, after, ip, request_id as "requestId"
      from audit_entry
      where ($1::text is null or id < $1) and ($2::text is null or action ilike $2 or actor_name ilike $2 or subject_id = $3 or request_id = $3)
      order by id desc limit $4`,
    values: [filter.before, filter.search ? likePattern(filter.search) : null, filter.search ?? "", filter.limit],
  });
}

/** Removes events that every consumer has passed and idempotency keys, when they are older than these times. */
export async function deleteOld(rt: Runtime, events: Date, keys: Date): Promise<void> {
  await rt.db.query({
    text: "delete from event where created_at < $1 and position <= (select min(position) from event_cursor)",
    values: [events],
  });
  await rt.db.query({ text: "delete from idempotency_key where created_at < $1", values: [keys] });
}

/** A round trip to the database, in milliseconds. */
export async function pingDatabase(rt: Runtime): Promise<number> {
  const start = performance.now();
  await rt.db.query({ text: "select 1" });
  return performance.now() - start;
}

/** Events waiting for the relay, and the age of the oldest in seconds. */
export async function relayLag(rt: Runtime, now: Date): Promise<{ waiting: number; oldestSeconds: number }> {
  const rows = await rt.db.query<{ waiting: bigint; oldest: Date | null }>({ text: "select count(*) as waiting, min(created_at) as oldest from event where position is null" });
  const oldest = rows[0]?.oldest;
  return { waiting: Number(rows[0]?.waiting ?? 0n), oldestSeconds: oldest ? Math.max(0, (now.getTime() - oldest.getTime()) / 1000) : 0 };
}
