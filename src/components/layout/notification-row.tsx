"use client";

import { IconAlertOctagon, IconAlertTriangle, IconInfoCircle } from "@tabler/icons-react";
import { useTranslations } from "next-intl";
import Link from "next/link";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import type { NotificationOutput } from "#shared/platform/notifications.ts";
import classes from "./notification-bell.module.css";
import { notificationHref } from "./notification-href.ts";

const ICONS = { info: IconInfoCircle, warning: IconAlertTriangle, critical: IconAlertOctagon } as const;

/** One thing that somebody was told, and the way to it. @param times how often lately */
export function NotificationRow({ item, times, onFollow }: { item: NotificationOutput; times: number; onFollow: () => void }) {
  const t = useTranslations("notifications");
  const Icon = ICONS[item.severity];
  const detail = [item.kind === "alert.fired" && item.data["slot"], item.data["finding"]].filter((one) => typeof one === "string" && one !== "").join(" · ");
  return (
    <li>
      <Link href={notificationHref(item)} className={classes.row} data-unread={item.readAt === null || undefined} onClick={onFollow}>
        <Icon size={18} stroke={1.8} className={classes.icon} data-severity={item.severity} aria-hidden />
        <span className={classes.words}>
          <span className={classes.what}>
            {t(`kinds.${item.kind}`, words(item))}
            {times > 1 && (
              <>
                <span className={classes.times} aria-hidden>
                  ×{times}
                </span>
                <span className={classes.said}>{t("bell.times", { count: times })}</span>
              </>
            )}
          </span>
          {detail && <span className={classes.detail}>{detail}</span>}
          <span className={classes.detail}>
            <RelativeTime at={item.createdAt} />
          </span>
        </span>
        {item.readAt === null && (
          <span className={classes.dot}>
            <span className={classes.said}>{t("bell.isUnread")}</span>
          </span>
        )}
      </Link>
    </li>
  );
}

/** Every name that a sentence may have; those that this kind does not know are left out by it. */
function words({ data }: NotificationOutput) {
  const text = (key: string) => String(data[key] ?? "");
  const number = (key: string) => Number(data[key] ?? 0);
  return { name: text("name"), machine: text("machine"), slot: text("slot"), hours: number("hours"), count: number("count"), rollout: text("rollout"), cause: text("cause"), expiring: text("expiring") || "none" };
}
