import { decode } from "next-auth/jwt";
import type { Runtime } from "#server/infra/runtime.ts";
import { verifyAccessToken } from "./access-tokens.ts";
import type { UserActor } from "./actor.ts";
import { freshSession, rememberedToken, rememberToken, type VerifiedToken } from "./session-cache.ts";
import { slidingExpiry } from "./session-lifetime.ts";
import { touchSession } from "./session-repository.ts";
import { userActor } from "./user-actor.ts";

export interface Credentials {
  /** the headers as they came; a transport on which one doesn't count passes null */
  authorization: string | null | undefined;
  cookie: string | null | undefined;
  ip: string;
  requestId: string;
}

export interface Authenticated {
  actor: UserActor;
  /** A browser sends cookies by itself: whoever came by one must also have the right Origin before anything is changed. */
  via: "cookie" | "bearer";
}

/** How often a session's last use is written down. */
const TOUCH_AFTER_MS = 5 * 60_000;

/**
 * Who sends a request; null: nobody we know. A bearer token, when there is one, decides alone; else it is the browser's session cookie. Every transport
 * asks here, and long-lived connections ask again from time to time: while nothing changes the answer comes from memory.
 */
export async function authenticate(rt: Runtime, credentials: Credentials): Promise<Authenticated | null> {
  const bearer = bearerToken(credentials.authorization);
  const token = bearer ?? sessionCookie(rt, credentials.cookie);
  if (token === null) return null;
  const via = bearer === null ? "cookie" : "bearer";
  const now = rt.clock.now().getTime();
  const verified = rememberedToken(rt, token, now) ?? (await verify(rt, token, via, now));
  if (!verified) return null;
  const session = await freshSession(rt, verified.sessionId, now);
  if (!session || session.userId !== verified.userId || session.kind !== (via === "cookie" ? "browser" : "token")) return null;
  if (session.revokedAt || session.disabledAt || session.expiresAt.getTime() <= now) return null;
  if (now - session.lastUsedAt.getTime() > TOUCH_AFTER_MS) {
    session.lastUsedAt = new Date(now);
    // Only a browser's session lives on by being used; a program's lives on by refreshing.
    if (via === "cookie") session.expiresAt = slidingExpiry(session.createdAt, session.lastUsedAt);
    await touchSession(rt, session);
  }
  return { via, actor: userActor({ id: session.userId, email: session.email, name: session.name, platformRole: session.platformRole }, session.id, session.memberships, credentials) };
}

/** The token of an `Authorization: Bearer` header (RFC 6750); null when it is of another scheme or there is none. */
export function bearerToken(authorization: string | null | undefined): string | null {
  const match = authorization ? /^Bearer +([\w.~+/-]+=*)$/i.exec(authorization.trim()) : null;
  return match?.[1] ?? null;
}

/** next-auth's name for it: over https the browser itself sees to it that only we, and only over https, can have set the cookie. */
function sessionCookie(rt: Runtime, header: string | null | undefined): string | null {
  if (!header) return null;
  const name = rt.config.publicUrl.startsWith("https:") ? "__Secure-next-auth.session-token=" : "next-auth.session-token=";
  for (const pair of header.split(";")) {
    const cookie = pair.trimStart();
    if (cookie.startsWith(name)) return cookie.slice(name.length).trimEnd() || null;
  }
  return null;
}

async function verify(rt: Runtime, token: string, via: Authenticated["via"], now: number): Promise<VerifiedToken | null> {
  const verified = via === "bearer" ? await verifyBearer(rt, token) : await verifyCookie(rt, token, now);
  if (verified) rememberToken(rt, token, verified);
  return verified;
}

async function verifyBearer(rt: Runtime, token: string): Promise<VerifiedToken | null> {
  const claims = await verifyAccessToken(rt, token);
  return claims && { userId: claims.userId, sessionId: claims.sessionId, expiresAt: claims.expiresAt.getTime() };
}

async function verifyCookie(rt: Runtime, token: string, now: number): Promise<VerifiedToken | null> {
  // It throws on whatever is not sealed with our secret; there is nothing else in it that could fail.
  const payload = await decode({ token, secret: rt.config.authSecret }).catch(() => null);
  const sessionId = payload?.["sid"];
  if (!payload || typeof payload.sub !== "string" || typeof sessionId !== "string" || typeof payload["exp"] !== "number") return null;
  // next-auth dates its cookies by the system's time: what is left of it is carried over to the runtime's clock.
  return { userId: payload.sub, sessionId, expiresAt: now + payload["exp"] * 1_000 - Date.now() };
}
