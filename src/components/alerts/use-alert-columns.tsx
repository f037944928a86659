"use client";

import { useTranslations } from "next-intl";
import type { Column } from "#components/table/data-table.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { AlertState } from "./alert-state.tsx";
import classes from "./alerts.module.css";
import { SeverityChip } from "./severity-chip.tsx";
import type { Alert, AlertSide } from "./types.ts";
import { useAlertWords } from "./use-alert-words.ts";

/** Columns of lists of alerts. On phones: what it is, and its state. */
export function useAlertColumns(side: AlertSide, tab: "open" | "history", onOpen: (alert: Alert) => void, machine = true): Column<Alert>[] {
  const t = useTranslations("alerts.list");
  const words = useAlertWords();
  return [
    {
      key: "alert",
      title: t("alert"),
      render: (alert) => (
        <span className={classes.name}>
          <button type="button" className={classes.open} onClick={() => onOpen(alert)}>
            {[alert.name, alert.subject].filter(Boolean).join(" · ")}
          </button>
          <span className={classes.dim}>{[machine ? alert.machineName : null, words.value(alert)].filter(Boolean).join(" · ")}</span>
        </span>
      ),
    },
    { key: "state", title: t("state"), width: 140, render: (alert) => <AlertState alert={alert} /> },
    { key: "severity", title: t("severity"), width: 120, from: "sm", render: (alert) => <SeverityChip severity={alert.severity} /> },
    ...(side === "admin" && machine ? [{ key: "organization", title: t("organization"), from: "md" as const, render: (alert: Alert) => alert.organizationName }] : []),
    { key: "fired", title: t("fired"), align: "right", width: 120, from: "sm", render: (alert) => <RelativeTime at={alert.firedAt} /> },
    tab === "history"
      ? { key: "resolved", title: t("resolved"), align: "right", width: 120, from: "sm", render: (alert) => <RelativeTime at={alert.resolvedAt} /> }
      : { key: "by", title: t("by"), width: 150, from: "md", render: (alert) => alert.acknowledgedBy ?? <span className={classes.dim}>{t("nobody")}</span> },
  ];
}
