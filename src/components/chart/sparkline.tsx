import classes from "./sparkline.module.css";

interface SparklineProps {
  /** oldest first */
  values: readonly number[];
  /** what it shows, for screen readers; without it the picture is decoration beside its number */
  label?: string;
  height?: number;
  /** the scale's lower and upper end; by default the values' own, with zero */
  domain?: readonly [number, number];
  tone?: "accent" | "neutral" | "warn" | "bad";
}

const WIDTH = 100;

/** A number's recent past in the size of a word. Pure SVG: it costs a page nothing. */
export function Sparkline({ values, label, height = 28, domain, tone = "accent" }: SparklineProps) {
  const low = domain?.[0] ?? Math.min(0, ...values);
  const high = domain?.[1] ?? Math.max(...values, low + Number.EPSILON);
  const span = high - low || 1;
  const points = values.map((value, index) => {
    const x = values.length < 2 ? WIDTH : (index / (values.length - 1)) * WIDTH;
    const y = height - 1.5 - ((Math.min(high, Math.max(low, value)) - low) / span) * (height - 3);
    return `${x.toFixed(2)} ${y.toFixed(2)}`;
  });
  const line = points.length > 1 ? `M${points.join("L")}` : `M0 ${height - 1.5}H${WIDTH}`;
  return (
    <svg className={classes.sparkline} data-tone={tone} viewBox={`0 0 ${WIDTH} ${height}`} height={height} preserveAspectRatio="none" {...(label === undefined ? { "aria-hidden": true } : { role: "img", "aria-label": label })}>
      {points.length > 1 && <path d={`${line}L${WIDTH} ${height}L0 ${height}Z`} className={classes.area} />}
      <path d={line} className={classes.line} data-empty={points.length < 2 || undefined} />
    </svg>
  );
}
