"use client";

import { IconAlertTriangle, IconCoins } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { formatCredits } from "#shared/credits.ts";
import { useTRPC } from "#components/api/trpc.ts";
import { useClock } from "#components/ui/use-clock.ts";
import classes from "./credit-chip.module.css";
import { creditLevel } from "./credit-level.ts";

/** What is left and for how long, always in sight; amber, then red, as it runs out. */
export function CreditChip() {
  const t = useTranslations("shell.credit");
  const trpc = useTRPC();
  const { data } = useQuery(trpc.billing.balance.queryOptions());
  const now = useClock();
  if (!data) return <span className={classes.chip} data-tone="neutral" data-loading aria-hidden />;
  const { tone, hoursLeft } = creditLevel(data, now);
  const used = BigInt(data.available) <= 0n;
  const left = used ? t("empty") : hoursLeft === null ? null : hoursLeft < 72 ? t("hours", { hours: hoursLeft }) : t("days", { days: Math.floor(hoursLeft / 24) });
  const Mark = tone === "neutral" ? IconCoins : IconAlertTriangle;
  return (
    <Link href="/billing" className={classes.chip} data-tone={tone}>
      <Mark size={16} stroke={1.6} aria-hidden />
      <span className={classes.said}>{t("label")} </span>
      <span className={classes.amount}>{formatCredits(data.available)}</span> {left && <span className={classes.left}>{left}</span>}
    </Link>
  );
}
