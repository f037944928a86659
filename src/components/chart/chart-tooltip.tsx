import { useEffect, useRef } from "react";
import { type ChartKind, type Point, readingOf, type Series, totalAt } from "./chart-data.ts";
import { ChartSwatch } from "./chart-swatch.tsx";
import classes from "./chart.module.css";

interface ChartTooltipProps {
  series: readonly Series[];
  kind: ChartKind;
  stacked: boolean;
  totalLabel?: string | undefined;
  formatTime: (ms: number) => string;
  format: (value: number) => string;
  onRead: (text: string) => void;
  /** the rest comes from Recharts */
  active?: boolean;
  label?: string | number;
  payload?: readonly { payload?: unknown }[];
}

/** The moment under the cursor: its time and each series' number. Read out where the keyboard moved the cursor there. */
export function ChartTooltip({ series, kind, stacked, totalLabel, formatTime, format, onRead, active = false, label, payload }: ChartTooltipProps) {
  // Each entry holds the whole row, as we gave it to the chart.
  const row = active ? (payload?.[0]?.payload as Point | undefined) : undefined;
  const readings = row ? series.flatMap((each, index) => (readingOf(row, each, format) === null ? [] : [{ index, label: each.label, text: readingOf(row, each, format) }])) : [];
  const total = row && totalLabel !== undefined && readings.length > 1 ? format(totalAt(row, series)) : null;
  const said = row ? [formatTime(Number(label)), ...readings.map((each) => `${each.label} ${each.text}`), ...(total === null ? [] : [`${totalLabel} ${total}`])].join(", ") : "";
  const read = useRef(onRead);
  useEffect(() => {
    read.current = onRead;
  });
  useEffect(() => {
    if (said !== "") read.current(said);
  }, [said]);
  if (!row) return null;
  return (
    <div className={classes.tooltip}>
      <div className={classes.moment}>{formatTime(Number(label))}</div>
      {readings.map((each) => (
        <div key={each.index} className={classes.reading}>
          <ChartSwatch series={series} index={each.index} kind={kind} stacked={stacked} />
          <span>{each.label}</span>
          <strong>{each.text}</strong>
        </div>
      ))}
      {total !== null && (
        <div className={classes.reading} data-total>
          <span />
          <span>{totalLabel}</span>
          <strong>{total}</strong>
        </div>
      )}
    </div>
  );
}
