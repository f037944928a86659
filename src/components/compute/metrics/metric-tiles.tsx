"use client";

import { useFormatter, useTranslations } from "next-intl";
import { durationParts } from "#components/ui/duration-parts.ts";
import { StatRowSkeleton } from "#components/ui/skeletons.tsx";
import { Stat, StatRow } from "#components/ui/stat.tsx";
import { useByteWords } from "../vm/byte-words.ts";
import type { VmMetricsView } from "./metrics-view.ts";
import { highest, type Reading } from "./readings.ts";

/** How long it ran, and the highest of each: when it was, too. */
export function MetricTiles({ view, readings, memoryMb }: { view: VmMetricsView | undefined; readings: readonly Reading[] | undefined; memoryMb: number }) {
  const t = useTranslations("vm.metrics");
  const time = useTranslations("common.time");
  const format = useFormatter();
  const words = useByteWords();
  if (!view || !readings) return <StatRowSkeleton />;
  const { percent, upSeconds, totalSeconds } = view.uptime;
  const duration = (seconds: number) => {
    const { unit, ...parts } = durationParts(seconds);
    return time(`duration.${unit}`, parts);
  };
  const when = (peak: { at: string } | null) => (peak ? format.dateTime(new Date(peak.at), { dateStyle: "medium", timeStyle: "short" }) : t("noReading"));
  const cpu = highest(readings, (each) => each.cpuPeakPercent);
  const memory = highest(readings, (each) => each.memoryUsedMb);
  const network = highest(readings, (each) => each.networkRxBps + each.networkTxBps);
  return (
    <StatRow>
      <Stat
        label={t("uptime")}
        value={percent === null ? "—" : `${format.number(Math.floor(percent * 100) / 100, { maximumFractionDigits: 2 })} %`}
        hint={percent === null ? t("noReading") : t("uptimeOf", { up: duration(upSeconds), total: duration(totalSeconds) })}
      />
      <Stat label={t("peakCpu")} value={cpu ? `${format.number(cpu.value, { maximumFractionDigits: 0 })} %` : "—"} hint={when(cpu)} />
      <Stat label={t("peakMemory")} value={memory ? words.megabytes(memory.value) : "—"} unit={memory ? `/ ${words.megabytes(memoryMb)}` : ""} hint={when(memory)} />
      <Stat label={t("peakNetwork")} value={network ? t("perSecond", { amount: words.bytes(network.value) }) : "—"} hint={when(network)} />
    </StatRow>
  );
}
