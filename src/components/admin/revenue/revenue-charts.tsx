import { useFormatter, useTranslations } from "next-intl";
import type { ChartAxis, Series } from "#components/chart/chart-data.ts";
import { TimeSeriesChart } from "#components/chart/time-series-chart.tsx";
import { Columns } from "#components/ui/grid.tsx";
import { Section } from "#components/ui/section.tsx";
import { liabilityPoints, movementPoints, type Revenue } from "./revenue-points.ts";

/** Ticks that have room beside each other. */
const TICKS = 7;

/** What was consumed of which credits against what came in, and what is unspent, step by step. */
export function RevenueCharts({ revenue: { steps }, by }: { revenue: Revenue; by: "month" | "day" }) {
  const t = useTranslations("revenue.charts");
  const format = useFormatter();
  const name = (ms: number, long: boolean) => format.dateTime(new Date(ms), { timeZone: "UTC", month: long ? "long" : "short", ...(by === "day" ? { day: "numeric" } : long ? { year: "numeric" } : {}) });
  const every = Math.ceil(steps.length / TICKS);
  const axis: ChartAxis = {
    timeZone: "UTC",
    tick: (ms) => name(ms, false),
    moment: (ms) => name(ms, true),
    ticks: steps.filter((_, nth) => nth % every === 0).map(({ at }) => Date.parse(at)),
  };
  const numbers = {
    format: (value: number) => `${format.number(value, { minimumFractionDigits: 2, maximumFractionDigits: 2 })} ${t("credits")}`,
    // Digits that count, not those behind the point: a scale of a few thousandths has different marks, too.
    formatTick: (value: number) => format.number(value, { notation: "compact", maximumSignificantDigits: 3 }),
  };
  const parts: Series[] = [
    { key: "paid", label: t("paid"), color: 1 },
    { key: "promotional", label: t("promotional"), color: 2 },
  ];
  return (
    <Columns min={420}>
      <Section title={t("movements")} description={t("movementsText")}>
        <TimeSeriesChart title={t("movements")} kind="bar" stacked height={240} series={[...parts, { key: "income", label: t("income"), color: 3, kind: "line" }]} data={movementPoints(steps)} axis={axis} domain={["auto", "auto"]} {...numbers} />
      </Section>
      <Section title={t("liability")} description={t("liabilityText")}>
        <TimeSeriesChart title={t("liability")} kind="bar" stacked height={240} series={parts} data={liabilityPoints(steps)} axis={axis} totalLabel={t("total")} {...numbers} />
      </Section>
    </Columns>
  );
}
