"use client";

import { useFormatter, useTranslations } from "next-intl";
import type { Alert, Condition } from "./types.ts";

/** Conditions, values and times in plain words. */
export function useAlertWords() {
  const t = useTranslations("alerts.words");
  const format = useFormatter();
  const duration = (seconds: number): string => {
    if (seconds % 86_400 === 0 && seconds > 0) return t("days", { count: seconds / 86_400 });
    if (seconds % 3_600 === 0 && seconds > 0) return t("hours", { count: seconds / 3_600 });
    return seconds % 60 === 0 && seconds > 0 ? t("minutes", { count: seconds / 60 }) : t("seconds", { count: seconds });
  };
  const number = (value: number) => format.number(value, { maximumFractionDigits: 3 });

  const condition = (rule: Condition): string => {
    switch (rule.kind) {
      case "threshold": {
        const met = t(rule.direction === "above" ? "above" : "below", { metric: rule.metric, value: number(rule.value) });
        const lasting = rule.forSeconds === 0 ? met : t("lasting", { met, duration: duration(rule.forSeconds) });
        return rule.clearValue === null || rule.clearValue === rule.value ? lasting : t("until", { met: lasting, value: number(rule.clearValue) });
      }
      case "missing":
        return t("missing", { metric: rule.metric, duration: duration(rule.seconds) });
      case "rate":
        return t(`rate.${rule.direction}`, { metric: rule.metric, change: number(rule.change), duration: duration(rule.minutes * 60) });
      case "offline":
        return rule.forSeconds === 0 ? t("offlineAtOnce") : t("offline", { duration: duration(rule.forSeconds) });
      case "stock":
        if (rule.measure === "empty") return t(rule.scope === "slot" ? "emptySlot" : "emptySlots");
        return rule.measure === "percent" ? t(rule.scope === "slot" ? "slotPercent" : "machinePercent", { value: rule.atMost }) : t(rule.scope === "slot" ? "slotCount" : "machineCount", { value: rule.atMost });
      case "claim":
        return t("claim");
    }
  };

  /** What was measured when it fired; null: nothing to say. */
  const value = (alert: Pick<Alert, "condition" | "value">): string | null => {
    const { condition: rule } = alert;
    if (alert.value === null) return null;
    if (rule.kind === "threshold") return `${rule.metric} ${number(alert.value)}`;
    if (rule.kind === "rate") return t("changed", { metric: rule.metric, change: `${alert.value > 0 ? "+" : ""}${number(alert.value)}` });
    if (rule.kind !== "stock") return null;
    if (rule.measure === "empty") return rule.scope === "slot" ? null : t("empty", { count: alert.value });
    return rule.measure === "percent" ? t("percentLeft", { value: number(alert.value) }) : t("itemsLeft", { count: alert.value });
  };

  return { condition, value, duration };
}
