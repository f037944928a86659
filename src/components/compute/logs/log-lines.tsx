"use client";

import { Button } from "@mantine/core";
import { useFormatter, useTranslations } from "next-intl";
import { useEffect, useRef } from "react";
import type { VmLogLine } from "#shared/compute/logs.ts";
import classes from "./vm-logs.module.css";

interface LogLinesProps {
  lines: readonly VmLogLine[];
  /** stays at the end as lines come */
  followed: boolean;
  /** somebody scrolled away from the end, or back to it */
  onFollow: (followed: boolean) => void;
  /** null: there are none before these */
  older: { load: () => void; loading: boolean } | null;
}

/** Within so many px of the end one is at the end. */
const END_PX = 24;

/** Lines of a log, the newest at the end. */
export function LogLines({ lines, followed, onFollow, older }: LogLinesProps) {
  const t = useTranslations("vm.logs");
  const format = useFormatter();
  const box = useRef<HTMLDivElement>(null);
  const shown = useRef({ first: "", height: 0 });
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const first = lines[0]?.id ?? "";
    if (followed) element.scrollTop = element.scrollHeight;
    // Older lines push down what one reads; it stays where it was.
    else if (first !== shown.current.first) element.scrollTop += element.scrollHeight - shown.current.height;
    shown.current = { first, height: element.scrollHeight };
  }, [lines, followed]);
  const onScroll = () => {
    const element = box.current;
    if (!element) return;
    const atEnd = element.scrollHeight - element.scrollTop - element.clientHeight < END_PX;
    if (atEnd !== followed) onFollow(atEnd);
  };
  return (
    // Focusable, so that the arrow keys scroll it.
    <div ref={box} className={classes.lines} onScroll={onScroll} role="log" aria-live={followed ? "polite" : "off"} aria-label={t("title")} tabIndex={0}>
      {older && (
        <div className={classes.older}>
          <Button variant="subtle" size="compact-sm" loading={older.loading} onClick={older.load}>
            {t("older")}
          </Button>
        </div>
      )}
      {lines.map((line) => (
        <div key={line.id} className={classes.line} data-level={line.level} data-source={line.source}>
          <time className={classes.time} dateTime={line.timestamp}>
            {format.dateTime(new Date(line.timestamp), { month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" })}
          </time>
          <span className={classes.source}>{t(`sources.${line.source}`)}</span>
          <span className={classes.message}>
            {line.level !== "info" && <strong className={classes.level}>{t(`levels.${line.level}`)}</strong>}
            {line.message}
          </span>
        </div>
      ))}
    </div>
  );
}
