import type { ReactNode } from "react";
import classes from "./key-value.module.css";

interface KeyValueProps {
  /** pairs in order; a null value shows a dash */
  items: readonly { label: string; value: ReactNode }[];
  /** pairs side by side where there is room */
  columns?: 1 | 2;
}

/** Facts about one thing: label and value, a hairline between. */
export function KeyValue({ items, columns = 1 }: KeyValueProps) {
  return (
    <dl className={classes.list} data-columns={columns}>
      {items.map((item) => (
        <div key={item.label} className={classes.pair}>
          <dt>{item.label}</dt>
          <dd>{item.value ?? <span className={classes.none}>—</span>}</dd>
        </div>
      ))}
    </dl>
  );
}
