"use client";

import { useFormatter, useTranslations } from "next-intl";
import { Duration } from "#components/ui/duration.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { Section } from "#components/ui/section.tsx";
import { Stat, StatRow } from "#components/ui/stat.tsx";
import { signalStrength } from "./readings.ts";
import { timeTag } from "./time-tag.tsx";
import type { MachineDetail } from "./types.ts";

/** The newest readings. While the machine is offline they are dated, so that nobody takes them for the present. */
export function MachineTiles({ machine }: { machine: MachineDetail }) {
  const t = useTranslations("machines.tiles");
  const format = useFormatter();
  const { latest } = machine;
  if (!latest) {
    return (
      <Section>
        <EmptyState title={t("none")} compact>
          {t("noneText")}
        </EmptyState>
      </Section>
    );
  }
  const { temp_c: temperature, compressor, door, rssi_dbm: rssi, uptime_s: uptime, heap_free_b: heap } = latest.metrics;
  const stale = machine.status !== "online";
  const measured = t.rich("measured", { at: timeTag(latest.at) });
  const hint = (live: string | null) => (stale ? measured : live);
  return (
    <StatRow>
      {temperature !== undefined && (
        <Stat
          label={t("temperature")}
          value={format.number(temperature, { minimumFractionDigits: 1, maximumFractionDigits: 1 }).replace("-", "−")}
          unit="°C"
          hint={hint(compressor === undefined ? null : t(compressor > 0 ? "cooling" : "resting")) ?? measured}
        />
      )}
      {door !== undefined && <Stat label={t("door")} value={t(door > 0 ? "open" : "closed")} tone={door > 0 && !stale ? "warn" : "neutral"} hint={measured} />}
      {rssi !== undefined && (
        <Stat label={t("signal")} value={format.number(rssi).replace("-", "−")} unit="dBm" tone={signalStrength(rssi) === "weak" && !stale ? "warn" : "neutral"} hint={hint(t(`strength.${signalStrength(rssi)}`))} />
      )}
      {uptime !== undefined && (
        <Stat
          label={t("uptime")}
          value={<Duration seconds={uptime} />}
          hint={hint(heap === undefined ? null : t("heap", { amount: format.number(Math.round(heap / 1024)) }))}
        />
      )}
    </StatRow>
  );
}
