import type { ReactNode } from "react";
import classes from "./list-foot.module.css";

/** Below a list: the way to what is not shown yet, or how much that is. */
export function ListFoot({ children }: { children: ReactNode }) {
  return <div className={classes.foot}>{children}</div>;
}
