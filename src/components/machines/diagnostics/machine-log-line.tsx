"use client";

import { useFormatter, useTranslations } from "next-intl";
import { LogLine } from "#components/ui/log-line.tsx";
import type { MachineLogLine as Line } from "#shared/machines/diagnostics.ts";
import { dataText } from "./command-words.ts";
import classes from "./machine-log.module.css";

/** One line: on hover over its time, what the device's own clock said. */
export function MachineLogLine({ line }: { line: Line }) {
  const t = useTranslations("diagnostics.log");
  const format = useFormatter();
  const data = dataText(line.data);
  return (
    <LogLine
      at={line.receivedAt}
      timeTitle={line.deviceTime === null ? undefined : t("clock", { time: format.dateTime(new Date(line.deviceTime), { dateStyle: "medium", timeStyle: "medium" }) })}
      source={line.source === "event" ? t("sources.event") : (line.tag ?? t("sources.log"))}
      level={line.level}
      levelWord={line.level === "info" ? null : t(`levels.${line.level}`)}
    >
      {line.message}
      {data && <span className={classes.data}> {data}</span>}
    </LogLine>
  );
}
