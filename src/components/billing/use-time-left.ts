import { useTranslations } from "next-intl";
import { useCallback } from "react";

/** Says how long credits last: "12 days", "5 hours". null hours: nothing burns. */
export function useTimeLeft(): (hours: number | null) => string {
  const t = useTranslations("credits.left");
  return useCallback(
    (hours) => {
      if (hours === null) return t("forever");
      if (hours < 1) return t("none");
      if (hours < 72) return t("hours", { hours });
      const days = Math.floor(hours / 24);
      return days > 730 ? t("years", { years: Math.floor(days / 365) }) : t("days", { days });
    },
    [t],
  );
}
