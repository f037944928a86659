"use client";

import { type useFormatter, useTranslations } from "next-intl";
import type { MachineLogLine as Line } from "#shared/machines/diagnostics.ts";
import { dataText } from "./command-words.ts";
import classes from "./machine-log.module.css";

const STAMP = { month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" } as const;

/** One line: when it came, from what part, how bad, and what. */
export function MachineLogLine({ line, format }: { line: Line; format: ReturnType<typeof useFormatter> }) {
  const t = useTranslations("diagnostics.log");
  const data = dataText(line.data);
  return (
    <div className={classes.line} data-level={line.level}>
      <time className={classes.time} dateTime={line.receivedAt} title={line.deviceTime === null ? undefined : t("clock", { time: format.dateTime(new Date(line.deviceTime), { dateStyle: "medium", timeStyle: "medium" }) })}>
        {format.dateTime(new Date(line.receivedAt), STAMP)}
      </time>
      <span className={classes.source}>{line.source === "event" ? t("sources.event") : (line.tag ?? t("sources.log"))}</span>
      <span className={classes.message}>
        {line.level !== "info" && <strong className={classes.level}>{t(`levels.${line.level}`)}</strong>}
        {line.message}
        {data && <span className={classes.data}> {data}</span>}
      </span>
    </div>
  );
}
