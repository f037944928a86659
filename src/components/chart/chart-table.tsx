import { useFormatter, useTranslations } from "next-intl";
import { type Point, type Series, valueAt } from "./chart-data.ts";
import classes from "./chart.module.css";

interface ChartTableProps {
  title: string;
  series: readonly Series[];
  data: readonly Point[];
  format: (value: number) => string;
  height: number;
}

/** A chart's numbers, newest first. */
export function ChartTable({ title, series, data, format, height }: ChartTableProps) {
  const t = useTranslations("common.chart");
  const formatter = useFormatter();
  // Points without a number are there for the line to break at.
  const rows = data.filter((point) => series.some((each) => valueAt(point, each.key) !== null));
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
          </tr>
        </thead>
        <tbody>
          {rows.reverse().map((point) => (
            <tr key={point.at}>
              <th scope="row">{formatter.dateTime(new Date(point.at), { dateStyle: "medium", timeStyle: "short" })}</th>
              {series.map((each) => {
                const value = valueAt(point, each.key);
                return <td key={each.key}>{value === null ? "—" : format(value)}</td>;
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
