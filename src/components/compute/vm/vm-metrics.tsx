"use client";

import { SegmentedControl } from "@mantine/core";
import { useFormatter, useTranslations } from "next-intl";
import { parseAsStringLiteral, useQueryState } from "nuqs";
import { TimeSeriesChart } from "#components/chart/time-series-chart.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { Columns } from "#components/ui/grid.tsx";
import { Section } from "#components/ui/section.tsx";
import type { MetricPoint, VmDetail } from "../types.ts";
import { useByteWords } from "./byte-words.ts";
import { METRICS_RANGES } from "./live-series.ts";
import { useVmMetrics } from "./use-vm-metrics.ts";
import classes from "./vm-metrics.module.css";

const HEIGHT = 200;

/** CPU, memory, disk and network over a range; the pointer shows the same moment in all four. */
export function VmMetrics({ vm }: { vm: VmDetail }) {
  const t = useTranslations("vm.metrics");
  const format = useFormatter();
  const words = useByteWords();
  const [range, setRange] = useQueryState("range", parseAsStringLiteral(METRICS_RANGES).withDefault("1h"));
  const { data, error, refetch } = useVmMetrics(vm.id, range);
  if (error && !data) return <ErrorState error={error} title={t("loadFailed")} onRetry={() => void refetch()} />;
  const percent = (value: number) => `${format.number(value, { maximumFractionDigits: 1 })} %`;
  const rate = (value: number) => t("perSecond", { amount: words.bytes(value) });
  const points = <K extends keyof MetricPoint>(...keys: K[]) => data?.series.map((point) => ({ at: point.at, ...Object.fromEntries(keys.map((key) => [key, point[key]])) }));
  const common = { height: HEIGHT, syncId: `vm-${vm.id}` };
  return (
    <>
      <div className={classes.bar}>
        <p className={classes.note}>{t(vm.status === "running" ? "live" : "notRunning")}</p>
        <SegmentedControl aria-label={t("range")} value={range} onChange={(value) => void setRange(METRICS_RANGES.find((each) => each === value) ?? "1h")} data={[...METRICS_RANGES]} />
      </div>
      <Columns min={420}>
        <Section title={t("cpu")}>
          <TimeSeriesChart {...common} title={t("cpu")} series={[{ key: "cpuPercent", label: t("cpu") }]} data={points("cpuPercent")} format={percent} domain={[0, 100]} />
        </Section>
        <Section title={t("memory")}>
          <TimeSeriesChart
            {...common}
            title={t("memory")}
            series={[{ key: "memoryUsedMb", label: t("used"), color: 3 }]}
            data={points("memoryUsedMb")}
            format={words.megabytes}
            domain={[0, data?.memoryTotalMb ?? "auto"]}
          />
        </Section>
        <Section title={t("disk")}>
          <TimeSeriesChart
            {...common}
            title={t("disk")}
            kind="line"
            series={[
              { key: "diskReadBps", label: t("read") },
              { key: "diskWriteBps", label: t("write") },
            ]}
            data={points("diskReadBps", "diskWriteBps")}
            format={rate}
          />
        </Section>
        <Section title={t("network")}>
          <TimeSeriesChart
            {...common}
            title={t("network")}
            kind="line"
            series={[
              { key: "networkRxBps", label: t("received") },
              { key: "networkTxBps", label: t("sent") },
            ]}
            data={points("networkRxBps", "networkTxBps")}
            format={rate}
          />
        </Section>
      </Columns>
    </>
  );
}
