import type { Runtime } from "#server/infra/runtime.ts";
import { deleteNotificationsBefore } from "./notifications/notification-repository.ts";
import { deleteProcessesSeenBefore } from "./processes-repository.ts";
import { deleteOld } from "./repository.ts";

const DAY_MS = 86_400_000;
const EVENTS_KEPT_DAYS = 30;
const NOTIFICATIONS_KEPT_DAYS = 90;
const SILENT_PROCESSES_KEPT_DAYS = 7;

/** Removes what nobody can ask for any more: events after 30 days, notifications after 90, idempotency keys after one; processes that were silent for a week. */
export async function purgePlatform(rt: Runtime): Promise<void> {
  const now = rt.clock.now().getTime();
  await deleteOld(rt, new Date(now - EVENTS_KEPT_DAYS * DAY_MS), new Date(now - DAY_MS));
  await deleteNotificationsBefore(rt, new Date(now - NOTIFICATIONS_KEPT_DAYS * DAY_MS));
  await deleteProcessesSeenBefore(rt, new Date(now - SILENT_PROCESSES_KEPT_DAYS * DAY_MS));
}
