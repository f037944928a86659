import Link from "next/link";
import type { ReactNode } from "react";
import classes from "./stat.module.css";

interface StatProps {
  label: string;
  /** the number; 28 px, tabular */
  value: ReactNode;
  /** small, after the number: "credits", "°C" */
  unit?: string;
  /** a quiet line below: what it means or how it changed */
  hint?: ReactNode;
  tone?: "neutral" | "ok" | "warn" | "bad";
  /** a Sparkline, or any picture beside the number */
  picture?: ReactNode;
  /** where the whole tile leads */
  href?: string;
}

/** A number that matters, with a picture beside it. Put several into `<StatRow>`. */
export function Stat({ label, value, unit, hint, tone = "neutral", picture, href }: StatProps) {
  const content = (
    <>
      <span className={classes.label}>{label}</span>
      <span className={classes.row}>
        <span className={classes.value} data-tone={tone} data-tabular>
          {value}
          {unit && <span className={classes.unit}>{unit}</span>}
        </span>
        {picture && <span className={classes.picture}>{picture}</span>}
      </span>
      {hint && <span className={classes.hint}>{hint}</span>}
    </>
  );
  return href === undefined ? (
    <div className={classes.stat}>{content}</div>
  ) : (
    <Link href={href} className={classes.stat} data-link>
      {content}
    </Link>
  );
}

/** Tiles in one hairlined row that breaks into two columns, then one. */
export function StatRow({ children }: { children: ReactNode }) {
  return <div className={classes.tiles}>{children}</div>;
}
