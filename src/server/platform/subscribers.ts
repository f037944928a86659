import { NOTIFICATION_KINDS } from "#shared/platform/notifications.ts";
import { consumeEvents } from "#server/infra/events.ts";
import type { Loop } from "#server/infra/loop.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { notifyOf } from "./notifications/notifications.ts";

/** What this domain does on others' events: people are told of those that concern them. */
export function startPlatformSubscribers(rt: Runtime): Promise<Loop> {
  return consumeEvents(rt, "notifications", NOTIFICATION_KINDS, (event) => notifyOf(rt, event));
}
