import type { ReactNode } from "react";
import classes from "./grid.module.css";

/** Sections under each other with the page's rhythm. */
export function Rows({ children }: { children: ReactNode }) {
  return <div className={classes.rows}>{children}</div>;
}

/** A wide column and a narrow one (2:1), under each other on narrow screens. */
export function MainAndAside({ children }: { children: ReactNode }) {
  return <div className={classes.aside}>{children}</div>;
}

/** Equal columns that break when they get narrower than `min` px. */
export function Columns({ children, min = 320 }: { children: ReactNode; min?: number }) {
  return (
    <div className={classes.columns} style={{ gridTemplateColumns: `repeat(auto-fit, minmax(min(100%, ${min}px), 1fr))` }}>
      {children}
    </div>
  );
}
