"use client";

import { IconAlertTriangle } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useTRPC } from "#components/api/trpc.ts";
import { formatCredits } from "#shared/credits.ts";
import classes from "./low-balance.module.css";

/** Says that nothing new can be created any more; nothing while there is enough. */
export function LowBalance() {
  const t = useTranslations("credits.low");
  const { data } = useQuery(useTRPC().billing.balance.queryOptions());
  if (!data || BigInt(data.available) >= BigInt(data.lowThreshold)) return null;
  return (
    <div className={classes.notice} role="status">
      <IconAlertTriangle size={18} aria-hidden />
      <div>
        <p className={classes.title}>{t("title")}</p>
        <p className={classes.text}>{t("text", { threshold: formatCredits(data.lowThreshold) })}</p>
      </div>
    </div>
  );
}
