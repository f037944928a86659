"use client";

import { useFormatter, useTranslations } from "next-intl";
import { LogScroll } from "#components/ui/log-scroll.tsx";
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

/** Lines of a log, the newest at the end. */
export function LogLines({ lines, followed, onFollow, older }: LogLinesProps) {
  const t = useTranslations("vm.logs");
  const format = useFormatter();
  return (
    <LogScroll label={t("title")} lines={lines} followed={followed} onFollow={onFollow} older={older && { ...older, label: t("older") }}>
      {(line) => (
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
      )}
    </LogScroll>
  );
}
