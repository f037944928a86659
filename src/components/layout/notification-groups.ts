import type { NotificationOutput } from "#shared/platform/notifications.ts";

/** What somebody was told several times, told once. */
export interface NotificationGroup {
  newest: NotificationOutput;
  /** of all of them, the newest first */
  ids: string[];
}

/** Puts together what says the same of the same thing, at the place of the newest; what was read and what was not stay apart. @param items newest first */
export function groupNotifications(items: readonly NotificationOutput[]): NotificationGroup[] {
  const groups = new Map<string, NotificationGroup>();
  for (const item of items) {
    const key = JSON.stringify([item.kind, item.organizationId, item.readAt === null, ...sameThing(item)]);
    const group = groups.get(key);
    if (group) group.ids.push(item.id);
    else groups.set(key, { newest: item, ids: [item.id] });
  }
  return [...groups.values()];
}

/** Each time a rule fires is an alert of its own: what comes again is the rule at its machine and slot. */
function sameThing({ kind, subject, data }: NotificationOutput): unknown[] {
  switch (kind) {
    case "alert.fired":
    case "alert.escalated":
    case "machine.slot.disabled":
      return [data["machineId"], data["name"], data["slot"]];
    default:
      return [subject];
  }
}
