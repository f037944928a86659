import type { Tx } from "#server/infra/events.ts";
import type { Prisma, RefreshToken, Session, SigningKey, User } from "#server/infra/prisma/client.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import type { UserActor } from "./actor.ts";

/** A session with all that a request needs to know about its user. */
export interface SessionRow {
  id: string;
  userId: string;
  kind: string;
  createdAt: Date;
  lastUsedAt: Date;
  expiresAt: Date;
  revokedAt: Date | null;
  email: string;
  name: string;
  platformRole: string | null;
  disabledAt: Date | null;
  memberships: UserActor["memberships"];
}

/** On the way of every request: one statement. */
export async function loadSession(rt: Runtime, sessionId: string): Promise<SessionRow | null> {
  const rows = await rt.db.query<SessionRow>({
    name: "identity_session",
    text: `select s.id, s.user_id as "userId", s.kind, s.created_at as "createdAt", s.last_used_at as "lastUsedAt", s.expires_at as "expiresAt", s.revoked_at as "revokedAt",
        u.email, u.name, u.platform_role as "platformRole", u.disabled_at as "disabledAt",
        (select coalesce(json_agg(json_build_object('organizationId', m.organization_id, 'role', m.role, 'personal', o.personal) order by m.created_at, m.organization_id), '[]'::json)
          from membership m join organization o on o.id = m.organization_id where m.user_id = u.id) as memberships
      from session s join "user" u on u.id = s.user_id where s.id = $1`,
    values: [sessionId],
    short: true,
  });
  return rows[0] ?? null;
}

export async function touchSession(rt: Runtime, session: { id: string; lastUsedAt: Date; expiresAt: Date }): Promise<void> {
  await rt.db.query({
    name: "identity_session_touch",
    text: "update session set last_used_at = $2, expires_at = $3 where id = $1 and revoked_at is null",
    values: [session.id, session.lastUsedAt, session.expiresAt],
  });
}

export async function insertSession(tx: Tx, session: Omit<Session, "revokedAt" | "revokedReason">): Promise<void> {
  await tx.session.create({ data: session, select: { id: true } });
}

export async function findSession(tx: Tx, id: string): Promise<(Session & { user: User }) | null> {
  return tx.session.findUnique({ where: { id }, include: { user: true } });
}

/** The user's sessions that are good at `now`, the last used first. */
export async function liveSessions(rt: Runtime, userId: string, now: Date): Promise<Session[]> {
  return rt.db.prisma.session.findMany({ where: { userId, revokedAt: null, expiresAt: { gt: now } }, orderBy: [{ lastUsedAt: "desc" }, { id: "desc" }], take: 100 });
}

/** @returns whether it was live until now */
export async function revokeSession(tx: Tx, where: { id: string; userId?: string }, now: Date, reason: string): Promise<boolean> {
  const { count } = await tx.session.updateMany({ where: { ...where, revokedAt: null, expiresAt: { gt: now } }, data: { revokedAt: now, revokedReason: reason } });
  return count === 1;
}

export async function extendSession(tx: Tx, id: string, lastUsedAt: Date, expiresAt: Date): Promise<void> {
  await tx.session.updateMany({ where: { id, revokedAt: null }, data: { lastUsedAt, expiresAt } });
}

export async function insertRefreshToken(tx: Tx, token: Omit<RefreshToken, "usedAt">): Promise<void> {
  await tx.refreshToken.create({ data: token, select: { tokenHash: true } });
}

/** Compare and set: of any number of callers with one token exactly one gets true. The others wait for its transaction. */
export async function useRefreshToken(tx: Tx, tokenHash: string, now: Date): Promise<boolean> {
  const { count } = await tx.refreshToken.updateMany({ where: { tokenHash, usedAt: null }, data: { usedAt: now } });
  return count === 1;
}

export async function findRefreshToken(tx: Tx, tokenHash: string): Promise<(RefreshToken & { session: Session & { user: User } }) | null> {
  return tx.refreshToken.findUnique({ where: { tokenHash }, include: { session: { include: { user: true } } } });
}

/** The keys in use, the newest first. */
export async function listSigningKeys(tx: Tx): Promise<SigningKey[]> {
  return tx.signingKey.findMany({ where: { retiredAt: null }, orderBy: [{ createdAt: "desc" }, { kid: "asc" }] });
}

/** Until the end of the transaction nobody else makes a key. Reading goes on. */
export async function lockSigningKeys(tx: Tx): Promise<void> {
  await tx.$executeRaw`lock table signing_key in share row exclusive mode`;
}

export async function insertSigningKey(tx: Tx, key: Omit<SigningKey, "retiredAt" | "publicJwk"> & { publicJwk: Prisma.InputJsonObject }): Promise<void> {
  await tx.signingKey.create({ data: key, select: { kid: true } });
}

/** Deletes what ended before `before`, in portions that lock little. Tokens go with their session, or at their own end. */
export async function deleteEndedSessions(rt: Runtime, before: Date, portion: number): Promise<number> {
  const sessions = await rt.db.query({ text: "delete from session where id in (select id from session where expires_at < $1 limit $2) returning 1", values: [before, portion] });
  const tokens = await rt.db.query({
    text: "delete from refresh_token where token_hash in (select token_hash from refresh_token where expires_at < $1 limit $2) returning 1",
    values: [before, portion],
  });
  return Math.max(sessions.length, tokens.length);
}
