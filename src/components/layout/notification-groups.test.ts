import { expect, it } from "vitest";
import type { NotificationOutput } from "#shared/platform/notifications.ts";
import { groupNotifications } from "./notification-groups.ts";
import { notificationHref } from "./notification-href.ts";

let made = 0;
/** Each is newer than the one before. */
const told = (fields: Partial<NotificationOutput> = {}): NotificationOutput => {
  made += 1;
  return { id: `ntf_${made}`, kind: "alert.fired", severity: "warning", organizationId: "org_1", subject: `alt_${made}`, data: { machineId: "mch_1", name: "Machine offline", slot: "" }, createdAt: new Date(made).toISOString(), readAt: null, ...fields };
};
const newestFirst = (...items: NotificationOutput[]) => groupNotifications(items.toReversed());

it("tells once what was told of the same rule at the same machine, at the place of the newest", () => {
  const [first, between, second] = [told(), told({ data: { machineId: "mch_2", name: "Machine offline", slot: "" } }), told()];
  expect(newestFirst(first, between, second)).toEqual([
    { newest: second, ids: [second.id, first.id] },
    { newest: between, ids: [between.id] },
  ]);
});

it.each([
  ["another rule", { data: { machineId: "mch_1", name: "Too warm", slot: "" } }],
  ["another slot", { data: { machineId: "mch_1", name: "Machine offline", slot: "A1" } }],
  ["another kind", { kind: "alert.escalated" }],
  ["another organization", { organizationId: null }],
  ["one that was read", { readAt: new Date(0).toISOString() }],
] as [string, Partial<NotificationOutput>][])("keeps apart: %s", (_, fields) => {
  expect(newestFirst(told(), told(fields))).toHaveLength(2);
});

it("keeps apart what leads to different places: each refund that failed is an order to look at", () => {
  const failed = (subject: string) => told({ kind: "order.refund.failed", organizationId: null, subject, data: { machineId: "mch_1", reason: "refund_refused" } });
  const groups = newestFirst(failed("ord_1"), failed("ord_2"), failed("ord_2"));
  expect(groups.map(({ newest, ids }) => [notificationHref(newest), ids.length])).toEqual([
    ["/admin/orders?order=ord_2", 2],
    ["/admin/orders?order=ord_1", 1],
  ]);
});
