"use client";

import { useFormatter, useTranslations } from "next-intl";
import { useClock } from "./use-clock.ts";

const DAY_MS = 86_400_000;

interface RelativeTimeProps {
  /** ISO time; null shows "never" (or `fallback`) */
  at: string | null;
  fallback?: string;
}

/** "3 minutes ago", and the exact time on hover; after a week the date. The server's clock is used until the page is alive, so nothing flickers. */
export function RelativeTime({ at, fallback }: RelativeTimeProps) {
  const t = useTranslations("common.time");
  const format = useFormatter();
  const now = useClock();
  if (at === null) return <span>{fallback ?? t("never")}</span>;
  const date = new Date(at);
  const distance = Math.abs(now - date.getTime());
  const text = distance < 5_000 ? t("justNow") : distance > 7 * DAY_MS ? format.dateTime(date, { dateStyle: "medium" }) : format.relativeTime(date, { now: new Date(now), style: "narrow" });
  return (
    <time dateTime={at} suppressHydrationWarning title={format.dateTime(date, { dateStyle: "full", timeStyle: "long" })}>
      {text}
    </time>
  );
}

/** An exact time in the viewer's zone: "22 Nov 2026, 14:03:12". */
export function ExactTime({ at }: { at: string }) {
  const format = useFormatter();
  return <time dateTime={at}>{format.dateTime(new Date(at), { dateStyle: "medium", timeStyle: "medium" })}</time>;
}
