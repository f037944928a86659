import { currentCorrelation } from "#server/infra/correlation.ts";
import type { UserActor } from "./actor.ts";

/** Where a request came from, as sessions and the audit log keep it. */
export interface RequestMeta {
  ip: string;
  userAgent: string;
  requestId?: string;
}

/** The actor of a user's session. */
export function userActor(
  user: { id: string; email: string; name: string; platformRole: string | null },
  sessionId: string,
  memberships: UserActor["memberships"],
  meta: Pick<RequestMeta, "ip" | "requestId">,
): UserActor {
  return {
    kind: "user",
    userId: user.id,
    name: user.name,
    email: user.email,
    sessionId,
    platformRole: user.platformRole,
    memberships,
    ip: meta.ip,
    requestId: meta.requestId ?? currentCorrelation()?.id ?? "",
  };
}
