"use client";

import { SegmentedControl } from "@mantine/core";
import { useFormatter, useTranslations } from "next-intl";
import { parseAsStringLiteral, useQueryState } from "nuqs";
import { TimeSeriesChart } from "#components/chart/time-series-chart.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { Section } from "#components/ui/section.tsx";
import { WhenNear } from "#components/ui/when-near.tsx";
import { TELEMETRY_RANGES } from "#shared/machines/telemetry.ts";
import { degreeDomain, metricPoints } from "./live-machine.ts";
import classes from "./machine-charts.module.css";
import { type MachineSide, useTelemetry } from "./use-machines.ts";

/** The line below a chart, in pixels. */
const FOOT = 34;

/** Temperature and signal over time, under one pointer. The range stands in the address. */
export function MachineCharts({ side, id }: { side: MachineSide; id: string }) {
  const t = useTranslations("machines.charts");
  const format = useFormatter();
  const [range, setRange] = useQueryState("range", parseAsStringLiteral(TELEMETRY_RANGES).withDefault("24h"));
  const query = useTelemetry(side, id, range);
  const temperatures = query.data && metricPoints(query.data, "temp_c");
  const number = (digits: number) => (value: number) => format.number(value, { minimumFractionDigits: digits, maximumFractionDigits: digits }).replace("-", "−");
  const degrees = number(1);
  const whole = number(0);
  return (
    <Section
      title={t("title")}
      actions={
        <SegmentedControl
          aria-label={t("range")}
          data={TELEMETRY_RANGES.map((value) => ({ value, label: value }))}
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
                series={[{ key: "value", label: t("temperature") }]}
                data={temperatures}
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
                series={[{ key: "value", label: t("signal"), color: 3 }]}
                data={query.data && metricPoints(query.data, "rssi_dbm")}
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
