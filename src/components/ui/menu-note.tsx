import type { ReactNode } from "react";
import classes from "./menu-note.module.css";

/** A quiet line below a menu item's words: what it does, or why it is shut. */
export function MenuNote({ children }: { children: ReactNode }) {
  return <span className={classes.note}>{children}</span>;
}
