"use client";

import { useQuery } from "@tanstack/react-query";
import { useFormatter, useTranslations } from "next-intl";
import { useTRPC } from "#components/api/trpc.ts";
import { creditLevel } from "#components/layout/credit-level.ts";
import { Credits } from "#components/ui/credits.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { StatRowSkeleton } from "#components/ui/skeletons.tsx";
import { Stat, StatRow } from "#components/ui/stat.tsx";
import { useClock } from "#components/ui/use-clock.ts";
import { formatCredits } from "#shared/credits.ts";
import { hoursUntil, perMonth } from "./forecast.ts";
import { useTimeLeft } from "./use-time-left.ts";

/** What is there, what is held, what burns, and the day it runs out. */
export function BalanceTiles() {
  const t = useTranslations("credits.tiles");
  const format = useFormatter();
  const now = useClock();
  const timeLeft = useTimeLeft();
  const query = useQuery(useTRPC().billing.balance.queryOptions());
  if (query.error && !query.data) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  if (!query.data) return <StatRowSkeleton />;
  const { balance, available, held, burnPerHour, runsOutAt, paid, promotional, nextExpiry } = query.data;
  const { tone } = creditLevel(query.data, now);
  const over = BigInt(available) <= 0n;
  return (
    <StatRow>
      <Stat label={t("available")} value={<Credits micro={available} />} tone={tone} hint={t("balance", { amount: formatCredits(balance), paid: formatCredits(paid), promotional: formatCredits(promotional) })} />
      <Stat label={t("held")} value={<Credits micro={held} />} hint={t("heldHint")} />
      <Stat label={t("burn")} value={formatCredits(burnPerHour, 4)} hint={t("burnHint", { amount: formatCredits(perMonth(burnPerHour)) })} />
      {over ? (
        <Stat label={t("runsOut")} value={t("over")} tone="bad" hint={t("overHint")} />
      ) : runsOutAt === null ? (
        <Stat label={t("runsOut")} value={t("never")} hint={t("neverHint")} />
      ) : (
        <Stat
          label={t("runsOut")}
          value={format.dateTime(new Date(runsOutAt), dayFormat(runsOutAt, now))}
          tone={tone}
          hint={t("runsOutHint", { left: timeLeft(hoursUntil(runsOutAt, now)) })}
        />
      )}
      {nextExpiry && <Stat label={t("expires")} value={format.dateTime(new Date(nextExpiry.at), dayFormat(nextExpiry.at, now))} hint={t("expiresHint", { amount: formatCredits(nextExpiry.amount) })} />}
    </StatRow>
  );
}

/** A day as "14 Mar", with the hour when it is soon, with the year when that is another. */
export function dayFormat(at: string, now: number): { month: "short"; day: "numeric"; year?: "numeric"; hour?: "2-digit"; minute?: "2-digit"; hourCycle?: "h23" } {
  const hours = (Date.parse(at) - now) / 3_600_000;
  if (hours < 48) return { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  return new Date(at).getFullYear() !== new Date(now).getFullYear() ? { month: "short", day: "numeric", year: "numeric" } : { month: "short", day: "numeric" };
}
