import type { Runtime } from "#server/infra/runtime.ts";
import { loadSession, type SessionRow } from "./session-repository.ts";

/**
 * What `authenticate` remembers, so that a request costs no signature check and no query: verified tokens until they expire, and each session
 * with its user and memberships for five seconds. A change made by this process is forgotten at once (`forgetSession`, `forgetUser`), one made by
 * another within those five seconds.
 */
const SESSION_FRESH_MS = 5_000;
const TOKENS_MAX = 10_000;
const SESSIONS_MAX = 10_000;

export interface VerifiedToken {
  userId: string;
  sessionId: string;
  /** milliseconds, by the runtime's clock */
  expiresAt: number;
}

interface SessionEntry {
  loadedAt: number;
  session: Promise<SessionRow | null>;
  /** known when the load is done; for forgetUser */
  userId: string | null;
}

interface Caches {
  tokens: Map<string, VerifiedToken>;
  sessions: Map<string, SessionEntry>;
}

const caches = new WeakMap<Runtime, Caches>();

function cachesOf(rt: Runtime): Caches {
  let found = caches.get(rt);
  if (!found) caches.set(rt, (found = { tokens: new Map(), sessions: new Map() }));
  return found;
}

/** A token verified before and not expired since. */
export function rememberedToken(rt: Runtime, token: string, now: number): VerifiedToken | undefined {
  const { tokens } = cachesOf(rt);
  const found = tokens.get(token);
  if (!found) return undefined;
  tokens.delete(token);
  if (found.expiresAt <= now) return undefined;
  // Back at the end: the front of the map is what was not used for longest.
  tokens.set(token, found);
  return found;
}

export function rememberToken(rt: Runtime, token: string, verified: VerifiedToken): void {
  keep(cachesOf(rt).tokens, token, verified, TOKENS_MAX);
}

/** The session as it was at most five seconds ago; null: there is none. Callers that come while it loads share the one query. */
export function freshSession(rt: Runtime, sessionId: string, now: number): Promise<SessionRow | null> {
  const { sessions } = cachesOf(rt);
  const found = sessions.get(sessionId);
  const age = found ? now - found.loadedAt : Infinity;
  if (found && age >= 0 && age < SESSION_FRESH_MS) return found.session;
  const entry: SessionEntry = { loadedAt: now, session: loadSession(rt, sessionId), userId: null };
  entry.session.then(
    (row) => {
      entry.userId = row?.userId ?? null;
    },
    // A failure is not remembered; whoever waits gets it.
    () => sessions.get(sessionId) === entry && sessions.delete(sessionId),
  );
  sessions.delete(sessionId);
  keep(sessions, sessionId, entry, SESSIONS_MAX);
  return entry.session;
}

/** Call after the commit of whatever changed or ended the session. */
export function forgetSession(rt: Runtime, sessionId: string): void {
  cachesOf(rt).sessions.delete(sessionId);
}

/** Call after the commit of a change to the user or to a membership: all of the user's sessions are read anew. */
export function forgetUser(rt: Runtime, userId: string): void {
  const { sessions } = cachesOf(rt);
  // A load under way has no user yet; it may have read the old state, so it goes too.
  for (const [sessionId, entry] of sessions) if (entry.userId === userId || entry.userId === null) sessions.delete(sessionId);
}

function keep<T>(map: Map<string, T>, key: string, value: T, max: number): void {
  map.set(key, value);
  const oldest = map.size > max ? map.keys().next() : undefined;
  if (oldest && !oldest.done) map.delete(oldest.value);
}
