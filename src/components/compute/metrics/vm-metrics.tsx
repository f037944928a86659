"use client";

import { useTranslations } from "next-intl";
import { ErrorState } from "#components/ui/error-state.tsx";
import { Rows } from "#components/ui/grid.tsx";
import { useClock } from "#components/ui/use-clock.ts";
import type { VmDetail } from "../types.ts";
import { MetricCharts } from "./metric-charts.tsx";
import { MetricTiles } from "./metric-tiles.tsx";
import { RangeBar } from "./range-bar.tsx";
import { useMetricsSpan } from "./use-metrics-span.ts";
import { usePastMetrics, useVmMetrics } from "./use-vm-metrics.ts";

/** How much a VM used of processor, memory, disk and network over an hour to a year: the last one, live, or a stretch that one zooms into; and the one before it. */
export function VmMetrics({ vm }: { vm: VmDetail }) {
  const t = useTranslations("vm.metrics");
  const now = useClock();
  const span = useMetricsSpan();
  const live = useVmMetrics(vm.id, span.lengthMs);
  const past = usePastMetrics(vm.id, span.chosen);
  const shown = span.chosen ? past : live;
  const { data } = shown;
  // The server's range, moved on by what came live since.
  const to = span.chosen?.to ?? Math.max(Date.parse(data?.to ?? "") || now, Date.parse(shown.readings?.at(-1)?.at ?? "") || 0);
  const whole = span.chosen ?? { from: to - span.lengthMs, to, live: true };
  const shiftMs = Math.ceil((whole.to - whole.from) / shown.bucketMs) * shown.bucketMs;
  const comparedTo = data && span.compare ? Date.parse(data.to) : null;
  const before = usePastMetrics(vm.id, comparedTo === null ? null : { from: comparedTo - shiftMs - (whole.to - whole.from), to: comparedTo - shiftMs });
  if (shown.error && !data) return <ErrorState error={shown.error} title={t("loadFailed")} onRetry={() => void shown.refetch()} />;
  return (
    <Rows>
      <RangeBar {...span} span={whole} note={span.chosen ? undefined : t(vm.status === "running" ? "live" : "notRunning")} />
      <MetricTiles view={data} readings={shown.readings} memoryMb={vm.resources.memoryGb * 1_024} />
      <MetricCharts
        id={vm.id}
        readings={shown.readings}
        before={span.compare ? before.readings : undefined}
        shiftMs={shiftMs}
        bucketMs={shown.bucketMs}
        span={whole}
        memoryMb={vm.resources.memoryGb * 1_024}
        stale={shown.isPlaceholderData}
        onZoom={span.choose}
      />
    </Rows>
  );
}
