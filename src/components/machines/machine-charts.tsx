"use client";

import { SegmentedControl } from "@mantine/core";
import { useFormatter, useTranslations } from "next-intl";
import { parseAsStringLiteral, useQueryState } from "nuqs";
import type { Series } from "#components/chart/chart-data.ts";
import { TimeSeriesChart } from "#components/chart/time-series-chart.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { Section } from "#components/ui/section.tsx";
import { WhenNear } from "#components/ui/when-near.tsx";
import { TELEMETRY_RANGES } from "#shared/machines/telemetry.ts";
import { degreeDomain, metricPoints } from "./live-machine.ts";
import classes from "./machine-charts.module.css";
import { type MachineSide, useTelemetry } from "./use-machines.ts";
import { useRangeAxis } from "./use-range-axis.ts";

/** The line below a chart, in pixels. */
const FOOT = 34;

/** Temperature and signal over time, under one pointer. The range stands in the address. */
export function MachineCharts({ side, id }: { side: MachineSide; id: string }) {
  const t = useTranslations("machines.charts");
  const fleet = useTranslations("fleet.charts");
  const format = useFormatter();
  const [range, setRange] = useQueryState("range", parseAsStringLiteral(TELEMETRY_RANGES).withDefault("24h"));
  const query = useTelemetry(side, id, range);
  const temperatures = query.data && metricPoints(query.data, "temp_c");
  const number = (digits: number) => (value: number) => format.number(value, { minimumFractionDigits: digits, maximumFractionDigits: digits }).replace("-", "−");
  const axis = useRangeAxis(range, query.data?.series);
  // The longer a bucket is, the more its mean hides what one looks for. Half a minute hides nothing.
  const lines = (label: string, color: 1 | 3): Series[] => [...(range === "1h" ? [] : [{ key: "low", upTo: "high", label: fleet("extremes"), color, kind: "band" } as const]), { key: "value", label, color }];
  const degrees = number(1);
  const whole = number(0);
  return (
    <Section
      title={t("title")}
      actions={
        <SegmentedControl
          aria-label={t("range")}
          data={TELEMETRY_RANGES.map((value) => ({ value, label: fleet(`ranges.${value}`) }))}
          value={range}
          onChange={(value) => void setRange(TELEMETRY_RANGES.find((each) => each === value) ?? null)}
        />
      }
    >
      {query.error && !query.data ? (
        <ErrorState error={query.error} title={t("loadFailed")} onRetry={() => void query.refetch()} compact />
      ) : (
        <div className={classes.charts} data-stale={query.isPlaceholderData || undefined}>
          <div>
            <h3 className={classes.title}>{t("temperature")}</h3>
            <WhenNear height={180 + FOOT}>
              <TimeSeriesChart
                title={t("temperature")}
                series={lines(t("temperature"), 1)}
                data={temperatures}
                {...axis}
                kind="line"
                height={180}
                domain={(temperatures && degreeDomain(temperatures)) ?? ["auto", "auto"]}
                format={(value) => t("celsius", { value: degrees(value) })}
                formatTick={degrees}
                syncId={id}
              />
            </WhenNear>
          </div>
          <div>
            <h3 className={classes.title}>{t("signal")}</h3>
            <WhenNear height={140 + FOOT}>
              <TimeSeriesChart
                title={t("signal")}
                series={lines(t("signal"), 3)}
                data={query.data && metricPoints(query.data, "rssi_dbm")}
                {...axis}
                kind="line"
                height={140}
                domain={[-100, -20]}
                format={(value) => t("dbm", { value: whole(value) })}
                formatTick={whole}
                syncId={id}
              />
            </WhenNear>
          </div>
        </div>
      )}
    </Section>
  );
}
