import { z } from "zod";
import { SEVERITIES } from "../machines/states.ts";
import { cursorInput, cursorOf, id, timestamp } from "../schema.ts";

/** Events that people are told of in the bell. */
export const NOTIFICATION_KINDS = [
  "alert.fired",
  "alert.escalated",
  "machine.slot.disabled",
  "order.refund.failed",
  "rollout.changed",
  "credits.low",
  "credits.exhausted",
  "credits.topup.failed",
  "credits.topup.disputed",
  "credits.topup.mismatched",
  "credits.auto_topup.disabled",
  "ledger.check.failed",
  "host.unreachable",
  "vm.expiry.warning",
  "vm.expired",
] as const;
export type NotificationKind = (typeof NOTIFICATION_KINDS)[number];

export const notificationOutput = z.object({
  id: z.string(),
  kind: z.enum(NOTIFICATION_KINDS),
  severity: z.enum(SEVERITIES),
  organizationId: z.string().nullable().describe("whose it is about; null: told to somebody who runs the platform"),
  subject: z.string().describe("id of what it is about"),
  data: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).describe("by kind: names and numbers of the sentence"),
  createdAt: timestamp,
  readAt: timestamp.nullable(),
});
export type NotificationOutput = z.output<typeof notificationOutput>;

export const notificationListInput = cursorInput;
export const notificationListOutput = cursorOf(notificationOutput);
export const unreadOutput = z.object({ unread: z.number().int().describe("counted to 100") });
export const notificationReadInput = z.object({ ids: z.array(id("notification")).min(1).max(100) });
