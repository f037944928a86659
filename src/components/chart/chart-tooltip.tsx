import classes from "./chart.module.css";

interface ChartTooltipProps {
  formatTime: (ms: number) => string;
  format: (value: number) => string;
  /** the rest comes from Recharts */
  active?: boolean;
  label?: string | number;
  payload?: readonly { dataKey?: unknown; name?: string | number; color?: string; value?: unknown }[];
}

/** The moment under the pointer: its time and each series' number. */
export function ChartTooltip({ formatTime, format, active = false, label, payload }: ChartTooltipProps) {
  if (!active || !payload?.length) return null;
  return (
    <div className={classes.tooltip}>
      <div className={classes.moment}>{formatTime(Number(label))}</div>
      {payload.map((entry) => (
        <div key={String(entry.dataKey)} className={classes.reading}>
          <span className={classes.swatch} style={{ color: entry.color }} aria-hidden />
          <span>{entry.name}</span>
          <strong>{typeof entry.value === "number" ? format(entry.value) : "—"}</strong>
        </div>
      ))}
    </div>
  );
}
