"use client";

import { useTranslations } from "next-intl";
import { LogLine } from "#components/ui/log-line.tsx";
import { LogScroll } from "#components/ui/log-scroll.tsx";
import type { VmLogLine } from "#shared/compute/logs.ts";

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
  return (
    <LogScroll label={t("title")} lines={lines} followed={followed} onFollow={onFollow} older={older && { ...older, label: t("older") }}>
      {(line) => (
        <LogLine key={line.id} at={line.timestamp} source={t(`sources.${line.source}`)} level={line.level} levelWord={line.level === "info" ? null : t(`levels.${line.level}`)} verbatim={line.source === "serial"}>
          {line.message}
        </LogLine>
      )}
    </LogScroll>
  );
}
