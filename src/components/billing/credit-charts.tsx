"use client";

import { SegmentedControl } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useFormatter, useTranslations } from "next-intl";
import { parseAsStringLiteral, useQueryState } from "nuqs";
import { useTRPC } from "#components/api/trpc.ts";
import { ErrorState } from "#components/ui/error-state.tsx";
import { Columns, Rows } from "#components/ui/grid.tsx";
import { Section } from "#components/ui/section.tsx";
import { TableSkeleton } from "#components/ui/skeletons.tsx";
import { useClock } from "#components/ui/use-clock.ts";
import { WhenNear } from "#components/ui/when-near.tsx";
import { formatCredits } from "#shared/credits.ts";
import { BalanceChart } from "./balance-chart.tsx";
import { BurnList } from "./burn-list.tsx";
import { DailyChart, MonthChart } from "./spending-charts.tsx";

const RANGES = ["24h", "7d", "30d"] as const;
/** What stands below a drawing: the legend and the way to the table. */
const FOOT = 34;

/** Balance with its forecast over a range that the address keeps, what was used by day and resource, this month against the last, and who burns now. */
export function CreditCharts() {
  const t = useTranslations("credits");
  const format = useFormatter();
  const now = useClock();
  const trpc = useTRPC();
  const [range, setRange] = useQueryState("range", parseAsStringLiteral(RANGES).withDefault("7d"));
  const query = useQuery(trpc.billing.chart.queryOptions({ range }, { placeholderData: keepPreviousData }));
  const spending = useQuery(trpc.billing.spending.queryOptions());
  const { data } = query;
  if (query.error && !data) return <ErrorState error={query.error} title={t("charts.loadFailed")} onRetry={() => void query.refetch()} />;
  const numbers = {
    format: (value: number) => `${format.number(value, { minimumFractionDigits: 2, maximumFractionDigits: value < 1 ? 4 : 2 })} ${t("charts.credits")}`,
    formatTick: (value: number) => format.number(value, { maximumFractionDigits: value < 0.1 ? 4 : 2 }),
  };
  const failed = spending.error && !spending.data && <ErrorState error={spending.error} title={t("charts.loadFailed")} onRetry={() => void spending.refetch()} compact />;
  return (
    <Rows>
      <BalanceChart
        chart={data}
        days={spending.data?.days}
        now={now}
        numbers={numbers}
        actions={<SegmentedControl aria-label={t("charts.range")} value={range} onChange={(value) => void setRange(RANGES.find((each) => each === value) ?? "7d")} data={[...RANGES]} />}
      />
      <Section title={t("charts.daily")} description={t("charts.dailyText")}>
        {failed || (
          <WhenNear height={240 + FOOT}>
            <DailyChart spending={spending.data} numbers={numbers} />
          </WhenNear>
        )}
      </Section>
      <Columns min={420}>
        <MonthChart spending={spending.data} numbers={numbers} failed={failed} />
        <Section title={t("burn.title")} flush {...(data && data.burn.length > 0 ? { description: t("burn.text", { amount: formatCredits(data.burnPerHour, 4) }) } : {})}>
          {data ? <BurnList burn={data.burn} total={data.burnPerHour} /> : <TableSkeleton rows={4} />}
        </Section>
      </Columns>
    </Rows>
  );
}
