"use client";

import { IconBell } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { lazy, Suspense, useState } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import { useRealtime } from "#components/api/use-live.ts";
import classes from "./notification-bell.module.css";

const loadPanel = () => import("./notification-panel.tsx");
const Panel = lazy(() => loadPanel().then((module) => ({ default: module.NotificationPanel })));

/** What waits to be read, live; the list is fetched when somebody reaches for it. */
export function NotificationBell() {
  const t = useTranslations("notifications.bell");
  const { notifications } = useTRPC();
  const queryClient = useQueryClient();
  const { data } = useQuery(notifications.unread.queryOptions());
  const [opened, setOpened] = useState(false);
  // By the room of the person, which every socket of theirs is in.
  useRealtime("notification", () => void queryClient.invalidateQueries(notifications.pathFilter()));
  const unread = data?.unread ?? 0;
  const button = (
    <button
      type="button"
      className={classes.bell}
      aria-haspopup="dialog"
      aria-expanded={opened}
      aria-label={unread > 0 ? `${t("label")}: ${t("unread", { count: unread })}` : t("label")}
      onPointerEnter={loadPanel}
      onFocus={loadPanel}
      onClick={() => setOpened(!opened)}
    >
      <IconBell size={18} stroke={1.6} aria-hidden />
      {unread > 0 && (
        <span className={classes.count} aria-hidden>
          {unread > 99 ? t("many") : unread}
        </span>
      )}
    </button>
  );
  return opened ? (
    <Suspense fallback={button}>
      <Panel target={button} onClose={() => setOpened(false)} />
    </Suspense>
  ) : (
    button
  );
}
