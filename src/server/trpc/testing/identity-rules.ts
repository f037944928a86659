import { randomUUID } from "node:crypto";
import { anybody, organization, page, platform, proven, type Rules, self, thing, topUp } from "./rules.ts";

/** Accounts, notifications and the administrators' overview. */
export const IDENTITY_RULES: Rules = {
  "identity.signup": anybody(() => ({ email: `${randomUUID()}@test.example`, password: "a long password" })),
  "identity.login": proven(401, (victim) => ({ email: victim.email, password: "not the password" })),
  "identity.refresh": proven(401),
  "identity.logout": self(),
  "identity.me": self(),
  "identity.updateMe": self(() => ({ name: "Renamed" })),
  "identity.sessions": self(),
  "identity.endSession": self((victim) => ({ id: victim.actor.sessionId }), 404),
  "identity.organizations": self(),
  "identity.updateOrganization": thing("organization:update", (victim) => ({ id: victim.organizationId, timeZone: "Asia/Seoul" })),

  "notifications.list": self(page),
  "notifications.unread": self(),
  "notifications.read": self((victim) => ({ ids: [victim.notificationId] })),
  "notifications.readAll": self(),

  "platform.publicInfo": anybody(),
  "platform.overview": platform("platform:overview"),
  "platform.customers": platform("platform:customers:read", page),
  "platform.customer": platform("platform:billing:read", organization),
  "platform.vms": platform("platform:vms:read", page),
  "platform.holds": platform("platform:billing:read", page),
  "platform.voidHold": platform("platform:credits:grant", (victim) => ({ id: victim.holdId, reason: "because" })),
  "platform.topUps": platform("platform:payments:read", page),
  "platform.topUp": platform("platform:payments:read", topUp),
  "platform.audit": platform("platform:audit:read", page),
  "platform.health": platform("platform:health:read"),
};
