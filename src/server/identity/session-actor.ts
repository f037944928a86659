import type { Runtime } from "#server/infra/runtime.ts";
import type { UserActor } from "./actor.ts";
import { freshSession } from "./session-cache.ts";
import { userActor } from "./user-actor.ts";

export interface SessionActor {
  actor: UserActor;
  kind: "browser" | "token";
}

/** Whose session it is, for a connection that outlasts the request it came from; null when the session has ended or its user is disabled. At most five seconds late. */
export async function sessionActor(rt: Runtime, sessionId: string): Promise<SessionActor | null> {
  const now = rt.clock.now().getTime();
  const session = await freshSession(rt, sessionId, now);
  if (!session || session.revokedAt || session.disabledAt || session.expiresAt.getTime() <= now) return null;
  const actor = userActor({ id: session.userId, email: session.email, name: session.name, platformRole: session.platformRole }, session.id, session.memberships, { ip: "" });
  return { actor, kind: session.kind === "browser" ? "browser" : "token" };
}
