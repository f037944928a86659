import { useFormatter, useTranslations } from "next-intl";
import type { ReactNode } from "react";
import type { Series } from "#components/chart/chart-data.ts";
import { TimeSeriesChart } from "#components/chart/time-series-chart.tsx";
import { Section } from "#components/ui/section.tsx";
import { formatCredits } from "#shared/credits.ts";
import { dayFormat } from "./balance-tiles.tsx";
import classes from "./balance-chart.module.css";
import { balancePoints, type CreditChart, paceOf, runwayAt, type Spending } from "./chart-points.ts";
import { hoursUntil } from "./forecast.ts";
import { useTimeLeft } from "./use-time-left.ts";

interface BalanceChartProps {
  /** undefined while it loads */
  chart: CreditChart | undefined;
  /** what the band is read from; undefined: not known (yet), there is none */
  days: Spending["days"] | undefined;
  now: number;
  numbers: { format: (value: number) => string; formatTick: (value: number) => string };
  actions: ReactNode;
}

/** The balance so far, where it goes at the present burn, and between which days it ends when the days to come are like the last. */
export function BalanceChart({ chart, days, now, numbers, actions }: BalanceChartProps) {
  const t = useTranslations("credits.charts");
  const format = useFormatter();
  const timeLeft = useTimeLeft();
  const pace = chart && days ? paceOf(days, chart.burnPerHour) : null;
  const points = chart && balancePoints(chart, now, pace);
  const ahead = chart !== undefined && chart.burnPerHour !== "0";
  const lasts = (end: string | number | null) => timeLeft(end === null ? null : hoursUntil(new Date(end).toISOString(), now));
  const series: Series[] = [
    { key: "balance", label: t("seriesBalance") },
    ...(ahead && pace ? [{ key: "low", upTo: "high", label: t("seriesBand"), color: 1, kind: "band" } as const] : []),
    ...(ahead ? [{ key: "forecast", label: t("seriesForecast"), color: 1, kind: "line", dashed: true } as const] : []),
  ];
  const end = chart?.runsOutAt ?? null;
  // Beyond the chart there is no place for a mark; the words say it in any case.
  const last = points?.at(-1)?.at;
  const mark = end !== null && last !== undefined && end <= last ? { at: end, label: t("runsOut", { day: format.dateTime(new Date(end), dayFormat(end, now)) }) } : null;
  const words = chart && (ahead ? t("balanceText", { left: lasts(end) }) : t("noForecast"));
  const [expiring, ...later] = chart?.expiring ?? [];
  // What begins after the end of the credits does not bend the line.
  const [coming] = chart?.coming.filter(({ at }) => end === null || at < end) ?? [];
  return (
    <Section title={t("balance")} {...(words ? { description: words } : {})} actions={actions}>
      <TimeSeriesChart title={t("balance")} height={260} series={series} data={points} {...numbers} {...(mark ? { mark } : {})} />
      {ahead && pace && <p className={classes.note}>{t("bandText", { least: lasts(runwayAt(chart, now, pace.fast).endsAt), most: lasts(runwayAt(chart, now, pace.slow).endsAt) })}</p>}
      {ahead && coming && <p className={classes.note}>{t("comingText", { day: format.dateTime(new Date(coming.at), dayFormat(coming.at, now)), perHour: formatCredits(coming.perHour) })}</p>}
      {expiring && (
        <p className={classes.note}>
          {t("expiringText", { amount: formatCredits(expiring.amount), day: format.dateTime(new Date(expiring.at), dayFormat(expiring.at, now)) })}
          {later.length > 0 && ` ${t("expiringLater", { amount: formatCredits(later.reduce((sum, { amount }) => sum + BigInt(amount), 0n)) })}`}
        </p>
      )}
    </Section>
  );
}
