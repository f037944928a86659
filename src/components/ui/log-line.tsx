import { useFormatter } from "next-intl";
import type { ReactNode } from "react";
import classes from "./log-line.module.css";

const STAMP = { month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" } as const;

interface LogLineProps {
  at: string;
  /** shown on hover over the time */
  timeTitle?: string | undefined;
  source: string;
  level: "debug" | "info" | "warning" | "error";
  /** null: nothing to be said of it */
  levelWord: string | null;
  /** as a terminal had it: what stands in columns stays in columns */
  verbatim?: boolean;
  /** the message, and what belongs to it */
  children: ReactNode;
}

/** One line of a log: when it came, from what part, how bad, and what. */
export function LogLine({ at, timeTitle, source, level, levelWord, verbatim = false, children }: LogLineProps) {
  const format = useFormatter();
  return (
    <div className={classes.line} data-level={level}>
      <time className={classes.time} dateTime={at} title={timeTitle}>
        {format.dateTime(new Date(at), STAMP)}
      </time>
      <span className={classes.source}>{source}</span>
      <span className={classes.message} data-verbatim={verbatim || undefined}>
        {levelWord !== null && <strong className={classes.level}>{levelWord}</strong>}
        {children}
      </span>
    </div>
  );
}
