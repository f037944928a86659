import classes from "./usage-bar.module.css";

/** How much of something is used, with the numbers beside it; amber from four fifths, red when it is all. */
export function UsageBar({ share, label }: { share: number; label: string }) {
  const tone = share >= 1 ? "full" : share >= 0.8 ? "high" : "good";
  return (
    <span className={classes.usage} data-tone={tone}>
      <span className={classes.bar} aria-hidden>
        <span style={{ width: `${Math.min(100, Math.max(0, share * 100))}%` }} />
      </span>
      <span data-tabular>{label}</span>
    </span>
  );
}
