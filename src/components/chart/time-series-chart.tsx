"use client";

import { useFormatter, useTranslations } from "next-intl";
import dynamic from "next/dynamic";
import { useRef, useState } from "react";
import { ChartSkeleton } from "#components/ui/skeletons.tsx";
import type { ChartKind, PlotProps, Point, Series } from "./chart-data.ts";
import { ChartSwatch } from "./chart-swatch.tsx";
import { ChartTable } from "./chart-table.tsx";
import classes from "./chart.module.css";

const Plot = dynamic(() => import("./time-series-plot.tsx").then((module) => module.TimeSeriesPlot), { ssr: false, loading: () => <ChartSkeleton /> });

interface TimeSeriesChartProps extends Pick<PlotProps, "format" | "formatTick" | "domain" | "axis" | "syncId" | "mark" | "onSelect" | "totalLabel"> {
  /** what it shows; also its name for screen readers */
  title: string;
  series: readonly Series[];
  /** undefined while it loads; oldest first */
  data: readonly Point[] | undefined;
  kind?: ChartKind;
  height?: number;
  stacked?: boolean;
}

/**
 * Numbers over time, drawn by Recharts, which is fetched when the first chart is shown. Series differ in dashes or patterns, not in colour alone; the arrow
 * keys move the cursor, and what stands there is read out; behind it are the same numbers as a table.
 */
export function TimeSeriesChart({ title, series, data, kind = "area", height = 240, stacked = false, ...rest }: TimeSeriesChartProps) {
  const t = useTranslations("common");
  const formatter = useFormatter();
  const [asTable, setAsTable] = useState(false);
  const plot = useRef<HTMLDivElement>(null);
  const [read, setRead] = useState("");
  if (!data) return <ChartSkeleton height={height} />;
  const empty = data.length === 0;
  const formatTime = rest.axis?.moment ?? ((ms: number) => formatter.dateTime(new Date(ms), { dateStyle: "medium", timeStyle: "short" }));
  // Who moves a mouse over it looks at it; nothing is read out then.
  const onRead = (text: string) => plot.current?.contains(document.activeElement) && setRead(text);
  return (
    <figure className={classes.chart} aria-label={t("chart.label", { title })}>
      {asTable ? (
        <ChartTable title={title} series={series} data={data} format={rest.format} formatTime={formatTime} totalLabel={rest.totalLabel} height={height} />
      ) : empty ? (
        <div className={classes.empty} style={{ height }}>
          {t("chart.empty")}
        </div>
      ) : (
        <div ref={plot} style={{ height }}>
          <Plot title={t("chart.keys", { title })} {...{ series, data, kind, height, stacked, onRead }} {...rest} />
        </div>
      )}
      <div className={classes.read} aria-live="polite">
        {read}
      </div>
      <figcaption className={classes.foot}>
        <span className={classes.legend}>
          {series.length > 1 &&
            series.map((each, index) => (
              <span key={each.key} className={classes.key}>
                <ChartSwatch series={series} index={index} kind={kind} stacked={stacked} />
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
