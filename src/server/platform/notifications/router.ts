import { z } from "zod";
import * as schema from "#shared/platform/notifications.ts";
import { answer, router, signedIn } from "#server/trpc/init.ts";
import { listNotifications, readNotifications, unreadNotifications } from "./notifications.ts";

const TAGS = ["Notifications"];

/** Everybody's own. */
export const notificationsRouter = router({
  list: signedIn
    .meta({ route: { method: "GET", path: "/notifications", tags: TAGS, summary: "What you were told, newest first; kept for 90 days" } })
    .input(schema.notificationListInput)
    .output(answer(schema.notificationListOutput))
    .query(({ ctx, input }) => listNotifications(ctx.rt, ctx.actor.userId, input)),
  unread: signedIn
    .meta({ route: { method: "GET", path: "/notifications/unread", tags: TAGS, summary: "How many you have not read" } })
    .output(answer(schema.unreadOutput))
    .query(({ ctx }) => unreadNotifications(ctx.rt, ctx.actor.userId)),
  read: signedIn
    .meta({ route: { method: "POST", path: "/notifications/read", successStatus: 204, tags: TAGS, summary: "Mark some as read" } })
    .input(schema.notificationReadInput)
    .output(answer(z.void()))
    .mutation(({ ctx, input }) => readNotifications(ctx.rt, ctx.actor.userId, input.ids)),
  readAll: signedIn
    .meta({ route: { method: "POST", path: "/notifications/read_all", successStatus: 204, tags: TAGS, summary: "Mark all as read" } })
    .output(answer(z.void()))
    .mutation(({ ctx }) => readNotifications(ctx.rt, ctx.actor.userId, null)),
});
