import type { ReactNode } from "react";
import classes from "./plain-table.module.css";

/** A table as HTML has it, in the look of the others: for lists that grow at a press, and for papers, which have none of what a list's table library is for. */
export function PlainTable({ label, className = "", children }: { label: string; className?: string | undefined; children: ReactNode }) {
  return (
    <table className={`${classes.table} ${className}`} aria-label={label}>
      {children}
    </table>
  );
}
