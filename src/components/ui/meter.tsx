import classes from "./meter.module.css";

interface MeterProps {
  /** 0 to 1; what is beyond is drawn as its end */
  share: number;
  /** the numbers beside it */
  label: string;
  /** amber and red: little is left, none is left */
  tone?: "good" | "low" | "none";
  /** in full, on hover */
  title?: string;
  /** fills its line, where it stands alone and not in a table's cell */
  wide?: boolean;
}

/** A share as a short bar with its numbers beside it; the numbers are the text, the bar their picture. */
export function Meter({ share, label, tone = "good", title, wide = false }: MeterProps) {
  return (
    <span className={classes.meter} data-tone={tone} data-wide={wide || undefined} title={title}>
      <span className={classes.bar} aria-hidden>
        <span style={{ width: `${Math.min(100, Math.max(0, share * 100))}%` }} />
      </span>
      <span>{label}</span>
    </span>
  );
}
