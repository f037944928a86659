"use client";

import { useTranslations } from "next-intl";

/** "12 days", "5 hours": how long credits last. null hours: nothing burns. */
export function TimeLeft({ hours }: { hours: number | null }) {
  const t = useTranslations("credits.left");
  if (hours === null) return <>{t("forever")}</>;
  if (hours < 1) return <>{t("none")}</>;
  if (hours < 72) return <>{t("hours", { hours })}</>;
  const days = Math.floor(hours / 24);
  return <>{days > 730 ? t("years", { years: Math.floor(days / 365) }) : t("days", { days })}</>;
}
