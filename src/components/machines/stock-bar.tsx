import { useTranslations } from "next-intl";
import classes from "./stock-bar.module.css";

/** How full a machine is, as a bar with its numbers. */
export function StockBar({ count, capacity }: { count: number; capacity: number }) {
  const t = useTranslations("machines.list");
  if (capacity === 0) return <span className={classes.none}>—</span>;
  const share = count / capacity;
  return (
    <span className={classes.stock} data-tone={share === 0 ? "empty" : share <= 0.25 ? "low" : "good"} title={t("stockOf", { count, capacity })}>
      <span className={classes.bar} aria-hidden>
        <span style={{ width: `${Math.min(100, share * 100)}%` }} />
      </span>
      <span data-tabular>{Math.round(share * 100)} %</span>
    </span>
  );
}
