"use client";

import { useFormatter, useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Duration } from "#components/ui/duration.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { KeyValue } from "#components/ui/key-value.tsx";
import { RelativeTime } from "#components/ui/relative-time.tsx";
import { Section } from "#components/ui/section.tsx";
import { TableSkeleton } from "#components/ui/skeletons.tsx";
import type { Diagnostics } from "#shared/machines/diagnostics.ts";
import type { MachinePanelProps } from "../machine-tabs.tsx";
import { signalStrength } from "../readings.ts";
import { timeTag } from "../time-tag.tsx";
import classes from "./machine-health.module.css";
import { useHealth } from "./use-diagnostics.ts";

/** With less the firmware's TLS connection no longer fits, and it restarts. */
const LOW_MEMORY_BYTES = 40_960;
/** More in a day is a network or a power supply that somebody should look at. */
const OFTEN_AWAY = 3;
const ALARMING = new Set(["brownout", "panic", "watchdog", "task_watchdog", "int_watchdog"]);
/** Of what it reports, those that have a line of their own. */
const SHOWN = new Set(["reset_reason", "boots", "uptime_s", "heap_free_b", "rssi_dbm", "chip", "hardware_id"]);

/** How the machine is, by what it says of itself and what the server saw. What needs somebody is marked, with the reason. */
export function MachineHealth({ side, machine }: MachinePanelProps) {
  const t = useTranslations("diagnostics.health");
  const query = useHealth(side, machine.id);
  const reportedAt = query.data?.reportedAt ?? null;
  return (
    <Section title={t("title")} {...(reportedAt === null ? {} : { description: t.rich("factsAt", { at: timeTag(reportedAt) }) })}>
      {query.data ? <Facts health={query.data} /> : query.error ? <ErrorState error={query.error} title={t("loadFailed")} onRetry={() => void query.refetch()} compact /> : <TableSkeleton rows={4} />}
    </Section>
  );
}

function Facts({ health }: { health: Diagnostics }) {
  const t = useTranslations("diagnostics.health");
  const format = useFormatter();
  const { resetReason, heapFreeBytes, rssiDbm, uptimeSeconds, boots, offlineCount24h } = health;
  const reason = resetReason === null ? null : t.has(`resetReason.${resetReason}` as "resetReason.panic") ? t(`resetReason.${resetReason}` as "resetReason.panic") : resetReason;
  const present = health.status === "online";
  const others = Object.entries(health.reported).filter(([name]) => !SHOWN.has(name));
  return (
    <KeyValue
      columns={2}
      items={[
        { label: t("reset"), value: reason && <Mark warn={ALARMING.has(resetReason ?? "")}>{reason}</Mark> },
        { label: t("running"), value: present && uptimeSeconds !== null ? <Duration seconds={uptimeSeconds} /> : null },
        { label: t("boots"), value: boots === null ? null : format.number(boots) },
        {
          label: t("memory"),
          value: heapFreeBytes === null ? null : <Mark warn={heapFreeBytes < LOW_MEMORY_BYTES}>{t(heapFreeBytes < LOW_MEMORY_BYTES ? "memoryLow" : "memoryFine", { amount: format.number(Math.round(heapFreeBytes / 1024)) })}</Mark>,
        },
        {
          label: t("signal"),
          value: rssiDbm === null ? null : <Mark warn={signalStrength(rssiDbm) === "weak"}>{t(`strength.${signalStrength(rssiDbm)}`, { dbm: format.number(rssiDbm).replace("-", "−") })}</Mark>,
        },
        { label: t("firmware"), value: health.firmwareVersion },
        { label: t("away"), value: <Mark warn={offlineCount24h >= OFTEN_AWAY}>{t("awayTimes", { count: offlineCount24h })}</Mark> },
        { label: t("heard"), value: <RelativeTime at={health.lastSeenAt} /> },
        ...others.map(([label, value]) => ({ label, value: value === null ? null : String(value) })),
      ]}
    />
  );
}

function Mark({ warn, children }: { warn: boolean; children: ReactNode }) {
  return warn ? <strong className={classes.warn}>{children}</strong> : <>{children}</>;
}
