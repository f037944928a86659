import { useTranslations } from "next-intl";
import { type Point, readingOf, type Series, totalAt } from "./chart-data.ts";
import classes from "./chart.module.css";

interface ChartTableProps {
  title: string;
  series: readonly Series[];
  data: readonly Point[];
  format: (value: number) => string;
  formatTime: (ms: number) => string;
  totalLabel?: string | undefined;
  height: number;
}

/** A chart's numbers, newest first. */
export function ChartTable({ title, series, data, format, formatTime, totalLabel, height }: ChartTableProps) {
  const t = useTranslations("common.chart");
  // Points without a number are there for the line to break at.
  const rows = data.filter((point) => series.some((each) => readingOf(point, each, format) !== null));
  return (
    // Focusable, so that the arrow keys scroll it.
    <div className={classes.scroll} style={{ height }} tabIndex={0} role="region" aria-label={title}>
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">{t("time")}</th>
            {series.map((each) => (
              <th key={each.key} scope="col">
                {each.label}
              </th>
            ))}
            {totalLabel !== undefined && <th scope="col">{totalLabel}</th>}
          </tr>
        </thead>
        <tbody>
          {rows.toReversed().map((point) => (
            <tr key={point.at}>
              <th scope="row">{formatTime(Date.parse(point.at))}</th>
              {series.map((each) => (
                <td key={each.key}>{readingOf(point, each, format) ?? "—"}</td>
              ))}
              {totalLabel !== undefined && <td>{format(totalAt(point, series))}</td>}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
