"use client";

import { SegmentedControl } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useFormatter, useTranslations } from "next-intl";
import { parseAsStringLiteral, useQueryState } from "nuqs";
import { useTRPC } from "#components/api/trpc.ts";
import { TimeSeriesChart } from "#components/chart/time-series-chart.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { Columns, Rows } from "#components/ui/grid.tsx";
import { Section } from "#components/ui/section.tsx";
import { TableSkeleton } from "#components/ui/skeletons.tsx";
import { useClock } from "#components/ui/use-clock.ts";
import { formatCredits } from "#shared/credits.ts";
import { BurnList } from "./burn-list.tsx";
import { balancePoints, spendPoints } from "./chart-points.ts";

const RANGES = ["24h", "7d", "30d"] as const;

/** Balance with its forecast, what was spent, and who burns, over a range that the address keeps. */
export function CreditCharts() {
  const t = useTranslations("credits");
  const format = useFormatter();
  const now = useClock();
  const [range, setRange] = useQueryState("range", parseAsStringLiteral(RANGES).withDefault("7d"));
  const query = useQuery(useTRPC().billing.chart.queryOptions({ range }, { placeholderData: keepPreviousData }));
  const { data } = query;
  if (query.error && !data) return <ErrorState error={query.error} title={t("charts.loadFailed")} onRetry={() => void query.refetch()} />;
  const amount = (value: number) => `${format.number(value, { minimumFractionDigits: 2, maximumFractionDigits: value < 1 ? 4 : 2 })} ${t("charts.credits")}`;
  const tick = (value: number) => format.number(value, { maximumFractionDigits: value < 0.1 ? 4 : 2 });
  const rangeSwitch = (
    <SegmentedControl aria-label={t("charts.range")} value={range} onChange={(value) => void setRange(RANGES.find((each) => each === value) ?? "7d")} data={[...RANGES]} />
  );
  return (
    <Rows>
      <Section title={t("charts.balance")} description={t("charts.balanceText")} actions={rangeSwitch}>
        <TimeSeriesChart
          title={t("charts.balance")}
          height={260}
          series={[
            { key: "balance", label: t("charts.seriesBalance") },
            { key: "forecast", label: t("charts.seriesForecast"), color: 1, kind: "line", dashed: true },
          ]}
          data={data && balancePoints(data, now)}
          format={amount}
          formatTick={tick}
        />
      </Section>
      <Columns min={420}>
        <Section title={t("charts.spend")}>
          <TimeSeriesChart
            title={t("charts.spend")}
            kind="bar"
            height={220}
            series={[{ key: "spent", label: t("charts.seriesSpent"), color: 3 }]}
            data={data && spendPoints(data)}
            format={amount}
            formatTick={tick}
          />
        </Section>
        <Section title={t("burn.title")} flush {...(data && data.burn.length > 0 ? { description: t("burn.text", { amount: formatCredits(data.burnPerHour, 4) }) } : {})}>
          {data ? <BurnList burn={data.burn} total={data.burnPerHour} /> : <TableSkeleton rows={4} />}
        </Section>
      </Columns>
    </Rows>
  );
}
