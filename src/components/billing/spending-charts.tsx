import { useFormatter, useTranslations } from "next-intl";
import type { ReactNode } from "react";
import type { ChartAxis, Series } from "#components/chart/chart-data.ts";
import { TimeSeriesChart } from "#components/chart/time-series-chart.tsx";
import { Section } from "#components/ui/section.tsx";
import { formatCredits } from "#shared/credits.ts";
import { dailyPoints, monthChange, monthPoints, type Spending } from "./chart-points.ts";

interface SpendingChartProps {
  /** undefined while it loads */
  spending: Spending | undefined;
  numbers: { format: (value: number) => string; formatTick: (value: number) => string };
}

const PALETTE = [1, 2, 3, 4, 5, 6, 7, 8] as const;

/** What each resource used on each of the last 30 days; those beyond the eight dearest together. */
export function DailyChart({ spending, numbers }: SpendingChartProps) {
  const t = useTranslations("credits.charts");
  const format = useFormatter();
  const day = (ms: number) => format.dateTime(new Date(ms), { month: "short", day: "numeric", timeZone: "UTC" });
  const axis: ChartAxis = { timeZone: "UTC", tick: day, moment: (ms) => format.dateTime(new Date(ms), { dateStyle: "medium", timeZone: "UTC" }) };
  const resources = spending?.resources ?? [];
  const points = spending && (resources.length > 0 ? dailyPoints(spending) : []);
  const others = points?.some((point) => point["other"] !== 0) ?? false;
  const series: Series[] = [
    ...resources.map((resource, nth): Series => ({ key: `r${nth}`, label: resource.name, ...(PALETTE[nth] ? { color: PALETTE[nth] } : {}) })),
    ...(others ? [{ key: "other", label: t("others"), color: "rest" } as const] : []),
  ];
  return <TimeSeriesChart title={t("daily")} kind="bar" stacked height={240} series={series} data={points} axis={axis} totalLabel={t("total")} {...numbers} />;
}

/** This month and the last one, each added up from its first day. */
export function MonthChart({ spending, numbers, failed }: SpendingChartProps & { failed: ReactNode }) {
  const t = useTranslations("credits.charts");
  const format = useFormatter();
  const number = (ms: number) => new Date(ms).getUTCDate();
  const axis: ChartAxis = { timeZone: "UTC", tick: (ms) => String(number(ms)), moment: (ms) => t("dayOfMonth", { day: number(ms) }) };
  const month = spending?.month;
  const change = month ? monthChange(month) : null;
  const compared =
    month &&
    (change === null
      ? t("monthText", { amount: formatCredits(month.soFar) })
      : t("monthCompared", { amount: formatCredits(month.soFar), before: formatCredits(month.lastSoFar), change: format.number(change, { style: "percent", maximumFractionDigits: 0, signDisplay: "exceptZero" }) }));
  const name = (day: string) => format.dateTime(new Date(day), { month: "long", timeZone: "UTC" });
  const series: Series[] = month
    ? [
        { key: "current", label: name(month.start), color: 1, kind: "line" },
        { key: "last", label: name(month.lastStart), color: 2, kind: "line" },
      ]
    : [];
  const used = month && (month.soFar !== "0" || month.lastTotal !== "0");
  return (
    <Section title={t("month")} {...(compared ? { description: compared } : {})}>
      {failed || <TimeSeriesChart title={t("month")} height={220} kind="line" series={series} data={spending && (used ? monthPoints(spending) : [])} axis={axis} {...numbers} />}
    </Section>
  );
}
