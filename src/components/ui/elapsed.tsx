"use client";

import { useNow, useTranslations } from "next-intl";
import { useEffect, useState } from "react";

/** How long something took, or has been taking: counts by the second while `to` is null. */
export function Elapsed({ from, to }: { from: string; to: string | null }) {
  const t = useTranslations("common.time");
  const serverNow = useNow().getTime();
  const [now, setNow] = useState(serverNow);
  useEffect(() => {
    if (to !== null) return;
    const tick = () => setNow(Date.now());
    const first = setTimeout(tick);
    const timer = setInterval(tick, 1000);
    return () => {
      clearTimeout(first);
      clearInterval(timer);
    };
  }, [to]);
  const ms = Math.max(0, (to === null ? now : Date.parse(to)) - Date.parse(from));
  const seconds = ms / 1000;
  const whole = Math.floor(seconds);
  const text =
    seconds < 10
      ? t("seconds", { count: to === null ? whole : Math.round(seconds * 10) / 10 })
      : seconds < 60
        ? t("seconds", { count: whole })
        : seconds < 3600
          ? t("minutes", { minutes: Math.floor(whole / 60), seconds: whole % 60 })
          : t("hours", { hours: Math.floor(whole / 3600), minutes: Math.floor(whole / 60) % 60 });
  return (
    <span data-tabular suppressHydrationWarning>
      {text}
    </span>
  );
}
