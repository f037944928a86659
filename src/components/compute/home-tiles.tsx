"use client";

import { useQuery } from "@tanstack/react-query";
import { useFormatter, useTranslations } from "next-intl";
import { useTRPC } from "#components/api/trpc.ts";
import { dayFormat } from "#components/billing/balance-tiles.tsx";
import { perMonth } from "#components/billing/forecast.ts";
import { Sparkline } from "#components/chart/sparkline.tsx";
import { creditLevel } from "#components/layout/credit-level.ts";
import { Credits } from "#components/ui/credits.tsx";
import { StatRowSkeleton } from "#components/ui/skeletons.tsx";
import { Stat, StatRow } from "#components/ui/stat.tsx";
import { useClock } from "#components/ui/use-clock.ts";
import { formatCredits, toChartNumber } from "#shared/credits.ts";

/** Balance and the day it runs out, what runs, what it burns, what it has cost lately. */
export function HomeTiles() {
  const t = useTranslations("vm.home");
  const trpc = useTRPC();
  const format = useFormatter();
  const now = useClock();
  const balance = useQuery(trpc.billing.balance.queryOptions());
  const chart = useQuery(trpc.billing.chart.queryOptions({ range: "7d" }));
  const running = useQuery(trpc.compute.vms.list.queryOptions({ limit: 1, status: "running" }));
  const all = useQuery(trpc.compute.vms.list.queryOptions({ limit: 1 }));
  if (!balance.data) return <StatRowSkeleton />;
  const { available, burnPerHour, runsOutAt } = balance.data;
  const { tone } = creditLevel(balance.data, now);
  const points = chart.data?.points ?? [];
  const spent = points.reduce((sum, point) => sum + BigInt(point.spent), 0n);
  return (
    <StatRow>
      <Stat
        href="/billing"
        label={t("balance")}
        value={<Credits micro={available} />}
        tone={tone}
        hint={runsOutAt === null ? t("lastsForever") : t("runsOut", { day: format.dateTime(new Date(runsOutAt), dayFormat(runsOutAt, now)) })}
        picture={<Sparkline values={points.map((point) => toChartNumber(point.balance))} tone={tone === "neutral" ? "accent" : tone} />}
      />
      <Stat href="/vms" label={t("running")} value={running.data?.pagination.total ?? "—"} hint={all.data && t("runningOf", { total: all.data.pagination.total })} />
      <Stat href="/billing" label={t("burn")} value={formatCredits(burnPerHour, 4)} hint={t("burnMonth", { amount: formatCredits(perMonth(burnPerHour)) })} />
      <Stat href="/billing" label={t("spent")} value={<Credits micro={spent} />} picture={<Sparkline values={points.map((point) => toChartNumber(point.spent))} tone="neutral" />} />
    </StatRow>
  );
}
