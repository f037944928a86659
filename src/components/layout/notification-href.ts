import type { NotificationOutput } from "#shared/platform/notifications.ts";

/** Where a notification leads: to the customer's side when it was told to a member, else to the administrators'. */
export function notificationHref({ kind, organizationId, subject, data }: Pick<NotificationOutput, "kind" | "organizationId" | "subject" | "data">): string {
  const side = organizationId === null ? "/admin" : "";
  switch (kind) {
    case "alert.fired":
    case "alert.escalated":
      return `${side}/alerts?alert=${subject}`;
    case "order.refund.failed":
      return `/admin/orders?order=${subject}`;
    case "machine.slot.disabled":
      return typeof data["machineId"] === "string" ? `${side}/machines/${data["machineId"]}` : `${side}/machines`;
    case "rollout.changed":
      return `/admin/firmware/rollouts/${subject}`;
    case "credits.topup.disputed":
    case "credits.topup.mismatched":
      return "/admin/payments";
    case "credits.low":
    case "credits.exhausted":
    case "credits.topup.failed":
    case "credits.auto_topup.disabled":
      return "/billing";
    case "ledger.check.failed":
      return "/admin/ledger";
    case "host.unreachable":
      return "/admin/hosts";
    case "vm.expiry.warning":
    case "vm.expired":
      return `/vms/${subject}`;
  }
}
