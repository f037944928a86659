import type { z } from "zod";
import { AppError, notFound } from "#shared/errors.ts";
import type { sessionOutput, tokens } from "#shared/identity/schema.ts";
import { newId } from "#shared/ids.ts";
import { randomToken, sha256 } from "#server/infra/crypto.ts";
import type { Tx } from "#server/infra/events.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { recordAudit } from "#server/platform/audit.ts";
import { ACCESS_TOKEN_SECONDS, signAccessToken } from "./access-tokens.ts";
import type { UserActor } from "./actor.ts";
import { forgetSession } from "./session-cache.ts";
import { slidingExpiry } from "./session-lifetime.ts";
import {
  extendSession,
  findRefreshToken,
  findSession,
  insertRefreshToken,
  insertSession,
  liveSessions,
  revokeSession,
  useRefreshToken,
} from "./session-repository.ts";
import { type RequestMeta, userActor } from "./user-actor.ts";

/** So that scanners for leaked secrets, and people, know what it is. */
const REFRESH_TOKEN_PREFIX = "swr_";

export interface NewSession {
  id: string;
  /** a program's first refresh token; a browser has none, its cookie carries the session's id */
  refreshToken: string | null;
}

/** A new session of the user. Its id is always new: whatever the caller came with is not carried over (session fixation). */
export async function openSession(tx: Tx, user: { id: string }, kind: "browser" | "token", meta: RequestMeta, at: Date): Promise<NewSession> {
  const id = newId("session");
  const expiresAt = slidingExpiry(at, at);
  await insertSession(tx, { id, userId: user.id, kind, userAgent: meta.userAgent.slice(0, 300), ip: meta.ip.slice(0, 64), createdAt: at, lastUsedAt: at, expiresAt });
  return { id, refreshToken: kind === "token" ? await issueRefreshToken(tx, id, at, expiresAt) : null };
}

async function issueRefreshToken(tx: Tx, sessionId: string, at: Date, expiresAt: Date): Promise<string> {
  const token = REFRESH_TOKEN_PREFIX + randomToken(32);
  await insertRefreshToken(tx, { tokenHash: sha256(token), sessionId, createdAt: at, expiresAt });
  return token;
}

/** The answer to a sign-in or a refresh. */
export async function tokensOf(rt: Runtime, userId: string, session: { id: string; refreshToken: string }): Promise<z.output<typeof tokens>> {
  return { token: await signAccessToken(rt, { userId, sessionId: session.id }), refreshToken: session.refreshToken, expiresIn: ACCESS_TOKEN_SECONDS };
}

/**
 * New tokens for a refresh token, which is then used up. One that comes again was stolen, or its thief was faster: the session ends, with every token of
 * its family. So of two refreshes at the same moment one wins and the other ends the session: a client must not send two (no leeway, in which a thief
 * would go unnoticed).
 * @throws AppError UNAUTHORIZED
 */
export async function refresh(rt: Runtime, meta: RequestMeta, bearer: string | null): Promise<z.output<typeof tokens>> {
  if (!bearer?.startsWith(REFRESH_TOKEN_PREFIX)) throw signInAgain();
  const tokenHash = sha256(bearer);
  const at = rt.clock.now();
  const result = await transact(rt, async (tx) => {
    const won = await useRefreshToken(tx, tokenHash, at);
    const found = await findRefreshToken(tx, tokenHash);
    if (!found) return null;
    const { session } = found;
    if (!won) {
      if (await revokeSession(tx, { id: session.id }, at, "token_reuse")) {
        await recordAudit(tx, userActor(session.user, session.id, [], meta), { action: "session.token_reuse", subjectType: "session", subjectId: session.id, organizationId: null, at });
        rt.log.warn({ sessionId: session.id, ip: meta.ip }, "refresh token used twice: session ended");
      }
      return { ended: session.id };
    }
    if (session.revokedAt || session.user.disabledAt || session.expiresAt <= at || found.expiresAt <= at) return null;
    const expiresAt = slidingExpiry(session.createdAt, at);
    await extendSession(tx, session.id, at, expiresAt);
    return { id: session.id, userId: session.userId, refreshToken: await issueRefreshToken(tx, session.id, at, expiresAt) };
  });
  if (!result) throw signInAgain();
  if ("ended" in result) {
    forgetSession(rt, result.ended);
    throw signInAgain();
  }
  // Its new end must be seen, or the session would seem over in this process for some seconds.
  forgetSession(rt, result.id);
  return tokensOf(rt, result.userId, result);
}

function signInAgain(): AppError {
  return new AppError("UNAUTHORIZED", "The refresh token is not valid any more; sign in again.");
}

/** Ends the session that the call came with, and all its tokens. */
export async function logout(rt: Runtime, actor: UserActor): Promise<void> {
  await end(rt, actor, actor.sessionId, "session.logout", "logout");
}

/** Where the user is signed in, the last used first. */
export async function listSessions(rt: Runtime, actor: UserActor): Promise<{ data: z.output<typeof sessionOutput>[] }> {
  const rows = await liveSessions(rt, actor.userId, rt.clock.now());
  return {
    data: rows.map((row) => ({
      id: row.id,
      kind: row.kind === "browser" ? "browser" : "token",
      userAgent: row.userAgent,
      ip: row.ip,
      createdAt: row.createdAt.toISOString(),
      lastUsedAt: row.lastUsedAt.toISOString(),
      current: row.id === actor.sessionId,
    })),
  };
}

/** Ends one of the user's own sessions. @throws AppError NOT_FOUND when it is not theirs, or has ended */
export async function endSession(rt: Runtime, actor: UserActor, id: string): Promise<void> {
  if (!(await end(rt, actor, id, "session.revoke", "revoked"))) throw notFound("session");
}

/** A browser signs out. Nothing happens to a session that has ended, or is a program's. */
export async function endBrowserSession(rt: Runtime, sessionId: string): Promise<void> {
  const session = await findSession(rt.db.prisma, sessionId);
  if (session?.kind === "browser") await end(rt, userActor(session.user, session.id, [], { ip: session.ip }), session.id, "session.logout", "logout");
}

async function end(rt: Runtime, actor: UserActor, id: string, action: string, reason: string): Promise<boolean> {
  const at = rt.clock.now();
  const ended = await transact(rt, async (tx) => {
    if (!(await revokeSession(tx, { id, userId: actor.userId }, at, reason))) return false;
    await recordAudit(tx, actor, { action, subjectType: "session", subjectId: id, organizationId: null, at });
    return true;
  });
  forgetSession(rt, id);
  return ended;
}
