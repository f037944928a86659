"use client";

import { useFormatter, useTranslations } from "next-intl";
import type { Series } from "#components/chart/chart-data.ts";
import { TimeSeriesChart } from "#components/chart/time-series-chart.tsx";
import { Columns } from "#components/ui/grid.tsx";
import { Section } from "#components/ui/section.tsx";
import { useByteWords } from "../vm/byte-words.ts";
import { dragged, type Span } from "./ranges.ts";
import { BEFORE, chartPoints, type Reading, type ReadingKey, said } from "./readings.ts";
import classes from "./vm-metrics.module.css";

interface MetricChartsProps {
  id: string;
  readings: readonly Reading[] | undefined;
  /** of the period before; undefined: not compared */
  before: readonly Reading[] | undefined;
  shiftMs: number;
  bucketMs: number;
  span: Span;
  memoryMb: number;
  /** what is shown belongs to the range before, and the new one is on its way */
  stale: boolean;
  onZoom: (span: Span) => void;
}

interface Lines {
  key: ReadingKey;
  label: string;
  color?: NonNullable<Series["color"]>;
  kind?: NonNullable<Series["kind"]>;
  /** it is not shown of the period before */
  alone?: boolean;
}

const HEIGHT = 200;

/**
 * CPU, memory, disk and network; the pointer shows the same moment in all of them, and dragging zooms all of them. What the hypervisor does not say
 * (the parts of the processor's usage, the disk's requests) is not there.
 */
export function MetricCharts({ id, readings, before, shiftMs, bucketMs, span, memoryMb, stale, onZoom }: MetricChartsProps) {
  const t = useTranslations("vm.metrics");
  const format = useFormatter();
  const words = useByteWords();
  const percent = (value: number) => `${format.number(value, { maximumFractionDigits: 1 })} %`;
  const rate = (value: number) => t("perSecond", { amount: words.bytes(value) });
  const requests = (value: number) => t("perSecond", { amount: format.number(value, { maximumFractionDigits: value < 10 ? 1 : 0 }) });
  const chart = (title: string, lines: readonly Lines[], rest: { format: (value: number) => string; domain?: readonly [number, number | "auto"]; kind?: "area" | "line"; stacked?: boolean }) => {
    const series = lines.map((line, index): Series => ({ color: index === 0 ? 1 : 2, ...line }));
    const compared = series.filter((_, index) => !lines[index]?.alone).map((line): Series => ({ ...line, key: BEFORE + line.key, label: t("before", { label: line.label }), dashed: true, kind: "line" }));
    const data = readings && chartPoints(readings, lines.map((line) => line.key), { bucketMs, from: span.from, to: span.to, before, shiftMs });
    return (
      <Section title={title}>
        <TimeSeriesChart
          title={title}
          height={HEIGHT}
          syncId={`vm-${id}`}
          series={before ? [...series, ...compared] : series}
          data={data}
          onSelect={(one, other) => {
            const zoom = dragged(one, other);
            if (zoom) onZoom(zoom);
          }}
          {...rest}
        />
      </Section>
    );
  };
  // A bucket of minutes hides its peak, which is what one looks for.
  const peaks: Lines[] = bucketMs > 60_000 ? [{ key: "cpuPeakPercent", label: t("peak"), color: 5, kind: "line", alone: true }] : [];
  const color = { cpuUserPercent: 3, cpuSystemPercent: 4, cpuIowaitPercent: 2 } as const;
  const parts = said(readings ?? [], ["cpuUserPercent", "cpuSystemPercent", "cpuIowaitPercent"]).map(
    (key): Lines => ({ key, label: t(`parts.${key}`), color: color[key], kind: key === "cpuIowaitPercent" ? "line" : "area", alone: true }),
  );
  const split = parts.some((line) => line.kind === "area");
  const mean: Lines = { key: "cpuPercent", label: t("mean"), kind: split || peaks.length > 0 ? "line" : "area" };
  const counted = said(readings ?? [], ["diskReadIops", "diskWriteIops"]);
  return (
    <div className={classes.charts} data-stale={stale || undefined} aria-busy={stale}>
      <Columns min={420}>
        {chart(t("cpu"), [mean, ...parts, ...peaks], { format: percent, domain: [0, 100], stacked: true })}
        {chart(t("memory"), [{ key: "memoryUsedMb", label: t("used"), color: 3 }], { format: words.megabytes, domain: [0, memoryMb] })}
        {chart(t("disk"), [{ key: "diskReadBps", label: t("read") }, { key: "diskWriteBps", label: t("write") }], { format: rate, kind: "line" })}
        {counted.length > 0 && chart(t("requests"), [{ key: "diskReadIops", label: t("read") }, { key: "diskWriteIops", label: t("write") }], { format: requests, kind: "line" })}
        {chart(t("network"), [{ key: "networkRxBps", label: t("received") }, { key: "networkTxBps", label: t("sent") }], { format: rate, kind: "line" })}
      </Columns>
    </div>
  );
}
