"use client";

import { useFormatter, useTranslations } from "next-intl";
import { perMonth } from "#components/billing/forecast.ts";
import { Sparkline } from "#components/chart/sparkline.tsx";
import { Stat, StatRow } from "#components/ui/stat.tsx";
import { formatCredits } from "#shared/credits.ts";
import { LATELY_MS } from "../metrics/metrics-key.ts";
import { useVmMetrics } from "../metrics/use-vm-metrics.ts";
import type { VmDetail } from "../types.ts";
import { useByteWords } from "./byte-words.ts";

/** The last quarter of an hour in four numbers, each with its picture; live. */
export function VmTiles({ vm }: { vm: VmDetail }) {
  const t = useTranslations("vm.overview");
  const rate = useTranslations("vm.metrics");
  const format = useFormatter();
  const words = useByteWords();
  const series = useVmMetrics(vm.id, LATELY_MS).readings ?? [];
  const last = vm.status === "running" ? series.at(-1) : undefined;
  const total = vm.resources.memoryGb * 1024;
  const off = vm.status === "running" ? undefined : t("notRunning");
  const picture = (values: number[], top?: number) => (last ? <Sparkline values={values} {...(top === undefined ? {} : { domain: [0, top] as const })} /> : undefined);
  return (
    <StatRow>
      <Stat label={t("cpu")} value={last ? `${format.number(last.cpuPercent, { maximumFractionDigits: 0 })} %` : "—"} hint={off ?? t("cpuOf", { cpu: vm.resources.cpu })} picture={picture(series.map((point) => point.cpuPercent), 100)} />
      <Stat
        label={t("memory")}
        value={last ? words.megabytes(last.memoryUsedMb) : "—"}
        hint={off ?? t("memoryOf", { total: words.megabytes(total) })}
        picture={picture(series.map((point) => point.memoryUsedMb), total)}
      />
      <Stat label={t("network")} value={last ? rate("perSecond", { amount: words.bytes(last.networkRxBps) }) : "—"} hint={off ?? t("networkOut", { amount: words.bytes(last?.networkTxBps ?? 0) })} picture={picture(series.map((point) => point.networkRxBps))} />
      {vm.status === "provisioning" ? (
        <Stat label={t("cost")} value={formatCredits(vm.prices.running, 4)} hint={t("costOnce")} />
      ) : (
        <Stat label={t("cost")} value={formatCredits(vm.pricePerHour, 4)} hint={vm.nextPrice ? t("costNext", { at: format.dateTime(new Date(vm.nextPrice.at), { dateStyle: "medium", timeStyle: "short" }), amount: formatCredits(vm.status === "stopped" ? vm.nextPrice.stopped : vm.nextPrice.running, 4) }) : t("costMonth", { amount: formatCredits(perMonth(vm.pricePerHour)) })} />
      )}
    </StatRow>
  );
}
