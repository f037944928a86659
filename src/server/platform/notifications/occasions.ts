import { formatCredits } from "#shared/credits.ts";
import type { Severity } from "#shared/machines/states.ts";
import type { Permission, PlatformPermission } from "#shared/permissions.ts";
import { EVENTS, type EventType } from "#shared/platform/events.ts";
import type { NotificationKind } from "#shared/platform/notifications.ts";
import type { z } from "zod";

/** What an event is to people: how grave, who is told by what they may do, and the words' names and numbers. */
export interface Occasion {
  severity: Severity;
  /** members of the event's organization who may do this */
  organization?: Permission;
  /** people who run the platform and may do this */
  platform?: PlatformPermission;
  data: Record<string, string | number | boolean | null>;
}

type Data<K extends EventType> = z.infer<(typeof EVENTS)[K]>;

const OCCASIONS: { [K in NotificationKind]: (data: Data<K>) => Occasion | null } = {
  // What is muted is told when the mute ends.
  "alert.fired": ({ muted, machineId, name, severity, subject, value }) =>
    muted ? null : { severity: severity as Severity, organization: "machine:alerts", ...(severity === "critical" ? { platform: "platform:machines:write" as const } : {}), data: { machineId, name, slot: subject, value } },
  "alert.escalated": ({ machineId, name, severity }) => ({ severity: severity as Severity, organization: "machine:read", platform: "platform:machines:write", data: { machineId, name } }),
  "machine.slot.disabled": ({ machineId, slot, reason }) => (reason === "failures" ? { severity: "warning", organization: "machine:stock", data: { machineId, slot } } : null),
  "order.refund.failed": ({ machineId, reason }) => ({ severity: "critical", platform: "platform:orders:refund", data: { machineId, reason } }),
  // Of one that a person paused nobody has to be told.
  "rollout.changed": ({ rolloutId, status, reason }) => (status === "paused" && reason !== null && reason !== "operator" ? { severity: "critical", platform: "platform:firmware:write", data: { rolloutId, cause: reason } } : null),
  "credits.low": ({ hoursLeft, expiring }) => ({ severity: "warning", organization: "credits:topup", data: { hours: Math.floor(hoursLeft), ...(expiring === undefined ? {} : { expiring: formatCredits(expiring) }) } }),
  "credits.exhausted": ({ stopsAt }) => ({ severity: "critical", organization: "credits:topup", data: { stopsAt } }),
  "credits.topup.failed": ({ reason, automatic }) => (automatic ? { severity: "warning", organization: "credits:topup", data: { reason } } : null),
  "credits.topup.disputed": ({ over }) => ({ severity: over ? "info" : "critical", platform: "platform:payments:refund", data: { over } }),
  "credits.topup.mismatched": ({ expected, paid }) => ({ severity: "critical", platform: "platform:payments:refund", data: { expected, paid } }),
  "credits.auto_topup.disabled": ({ reason }) => ({ severity: "critical", organization: "credits:topup", data: { reason } }),
  "ledger.check.failed": ({ findings }) => ({ severity: "critical", platform: "platform:billing:read", data: { count: findings.length, finding: findings[0] ?? "" } }),
  "host.unreachable": ({ name }) => ({ severity: "critical", platform: "platform:hosts:write", data: { name } }),
  "vm.expiry.warning": ({ name, expireAt }) => ({ severity: "warning", organization: "vm:update", data: { name, at: expireAt } }),
  "vm.expired": ({ name, deleteAt }) => ({ severity: "critical", organization: "vm:update", data: { name, at: deleteAt } }),
};

/** What an event is to people; null: nothing. */
export function occasionOf(type: EventType, data: unknown): Occasion | null {
  if (!isKind(type)) return null;
  // The type chose the schema and the function; that they belong together is lost in looking both up.
  const read = OCCASIONS[type] as (data: unknown) => Occasion | null;
  const parsed = EVENTS[type].safeParse(data);
  return parsed.success ? read(parsed.data) : null;
}

function isKind(type: EventType): type is NotificationKind {
  return Object.hasOwn(OCCASIONS, type);
}
