"use client";

import { useTranslations } from "next-intl";
import dynamic from "next/dynamic";
import { useState } from "react";
import { ChartSkeleton } from "#components/ui/skeletons.tsx";
import { type ChartKind, type PlotProps, type Point, type Series, seriesColor } from "./chart-data.ts";
import { ChartTable } from "./chart-table.tsx";
import classes from "./chart.module.css";

const Plot = dynamic(() => import("./time-series-plot.tsx").then((module) => module.TimeSeriesPlot), { ssr: false, loading: () => <ChartSkeleton /> });

interface TimeSeriesChartProps {
  /** what it shows; also its name for screen readers */
  title: string;
  series: readonly Series[];
  /** undefined while it loads; oldest first */
  data: readonly Point[] | undefined;
  format: (value: number) => string;
  formatTick?: (value: number) => string;
  kind?: ChartKind;
  height?: number;
  stacked?: boolean;
  domain?: PlotProps["domain"];
  syncId?: string;
  mark?: PlotProps["mark"];
  onSelect?: PlotProps["onSelect"];
}

/** Numbers over time, drawn by Recharts, which is fetched when the first chart is shown; behind it the same numbers as a table. */
export function TimeSeriesChart({ title, series, data, format, formatTick, kind = "area", height = 240, stacked = false, domain, syncId, mark, onSelect }: TimeSeriesChartProps) {
  const t = useTranslations("common");
  const [asTable, setAsTable] = useState(false);
  if (!data) return <ChartSkeleton height={height} />;
  const empty = data.length === 0;
  return (
    <figure className={classes.chart} aria-label={t("chart.label", { title })}>
      {asTable ? (
        <ChartTable title={title} series={series} data={data} format={format} height={height} />
      ) : empty ? (
        <div className={classes.empty} style={{ height }}>
          {t("chart.empty")}
        </div>
      ) : (
        <div style={{ height }}>
          <Plot
            {...{ title, series, data, kind, height, format, stacked }}
            {...(formatTick ? { formatTick } : {})}
            {...(domain ? { domain } : {})}
            {...(syncId === undefined ? {} : { syncId })}
            {...(mark ? { mark } : {})}
            {...(onSelect ? { onSelect } : {})}
          />
        </div>
      )}
      <figcaption className={classes.foot}>
        <span className={classes.legend}>
          {series.length > 1 &&
            series.map((each, index) => (
              <span key={each.key} className={classes.key}>
                <span className={classes.swatch} data-dashed={each.dashed || undefined} style={{ color: seriesColor(each, index) }} aria-hidden />
                {each.label}
              </span>
            ))}
        </span>
        {!empty && (
          <button type="button" className={classes.toggle} aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
            {t(asTable ? "actions.viewAsChart" : "actions.viewAsTable")}
          </button>
        )}
      </figcaption>
    </figure>
  );
}
