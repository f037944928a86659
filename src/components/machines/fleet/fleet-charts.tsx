"use client";

import { SegmentedControl } from "@mantine/core";
import { IconChartLine } from "@tabler/icons-react";
import { useFormatter, useTranslations } from "next-intl";
import { parseAsString, parseAsStringLiteral, useQueryStates } from "nuqs";
import { OrganizationSelect } from "#components/admin/organization-select.tsx";
import type { Series } from "#components/chart/chart-data.ts";
import { TimeSeriesChart } from "#components/chart/time-series-chart.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { Columns } from "#components/ui/grid.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { Section } from "#components/ui/section.tsx";
import { TELEMETRY_RANGES } from "#shared/machines/telemetry.ts";
import { useRangeAxis } from "../use-range-axis.ts";
import type { MachineSide } from "../use-machines.ts";
import classes from "./fleet-charts.module.css";
import { domainOf, fleetPoints, onlineOf, spreadOf, topOf } from "./fleet-points.ts";
import { useFleetTelemetry } from "./use-fleet-telemetry.ts";
import { ViewSwitch } from "./view-switch.tsx";

const HEIGHT = 220;

/** All machines together over time: how many were there, what they said, how warm they were, how well they were heard and how full they stood. */
export function FleetCharts({ side }: { side: MachineSide }) {
  const t = useTranslations("fleet.charts");
  const fleet = useTranslations("fleet");
  const format = useFormatter();
  const [{ range, organization }, set] = useQueryStates({ range: parseAsStringLiteral(TELEMETRY_RANGES).withDefault("24h"), organization: parseAsString }, { history: "replace" });
  const { data, error, refetch, isPlaceholderData } = useFleetTelemetry(side, organization, range);
  const number = (digits: number) => (value: number) => format.number(value, { maximumFractionDigits: digits }).replace("-", "−");
  const axis = useRangeAxis(range, data?.series);
  const shared = { height: HEIGHT, kind: "line" as const, syncId: "fleet", ...axis };
  const online = data && fleetPoints(data, onlineOf);
  const temperature = data && fleetPoints(data, spreadOf("temp_c"));
  const signal = data && fleetPoints(data, spreadOf("rssi_dbm"));
  const messages = data && fleetPoints(data, ({ messagesPerMinute }) => ({ value: messagesPerMinute }));
  const stock = data && fleetPoints(data, ({ stockPercent }) => (stockPercent === null ? null : { value: stockPercent }));
  return (
    <>
      <PageHeader title={t("title")} actions={<ViewSwitch side={side} current="charts" />} />
      <div className={classes.bar}>
        <SegmentedControl aria-label={t("range")} data={TELEMETRY_RANGES.map((value) => ({ value, label: t(`ranges.${value}`) }))} value={range} onChange={(value) => void set({ range: TELEMETRY_RANGES.find((each) => each === value) ?? null })} />
        {side === "admin" && <OrganizationSelect className={classes.owner ?? ""} aria-label={fleet("organization")} placeholder={fleet("allOrganizations")} clearable value={organization} onChange={(id) => void set({ organization: id })} />}
        {data && data.series.length > 0 && <p className={classes.note}>{t("countedUntil", { time: format.dateTime(new Date(data.to), { dateStyle: "medium", timeStyle: "short" }) })}</p>}
      </div>
      {error && !data ? (
        <ErrorState error={error} title={t("loadFailed")} onRetry={() => void refetch()} />
      ) : data?.series.length === 0 ? (
        <Section flush>
          <EmptyState icon={<IconChartLine />} title={t("empty")}>
            {t("emptyText")}
          </EmptyState>
        </Section>
      ) : (
        <div className={classes.charts} data-stale={isPlaceholderData || undefined} aria-busy={isPlaceholderData}>
          <Columns min={420}>
            <Section title={t("online")} description={t("onlineText")}>
              <TimeSeriesChart
                title={t("online")}
                {...shared}
                series={[...spread(t("mean"), t("extremes"), 1), { key: "total", label: t("inService"), color: "rest", dashed: true }]}
                data={online}
                domain={[0, topOf(online ?? [])]}
                format={number(1)}
                formatTick={number(0)}
              />
            </Section>
            <Section title={t("temperature")} description={t("temperatureText")}>
              <TimeSeriesChart title={t("temperature")} {...shared} series={spread(t("mean"), t("extremes"), 1)} data={temperature} domain={(temperature && domainOf(temperature)) ?? ["auto", "auto"]} format={(value) => t("celsius", { value: number(1)(value) })} formatTick={number(0)} />
            </Section>
            <Section title={t("signal")} description={t("signalText")}>
              <TimeSeriesChart title={t("signal")} {...shared} series={spread(t("mean"), t("extremes"), 3)} data={signal} domain={[-100, -20]} format={(value) => t("dbm", { value: number(0)(value) })} formatTick={number(0)} />
            </Section>
            <Section title={t("messages")} description={t("messagesText")}>
              <TimeSeriesChart title={t("messages")} {...shared} kind="area" series={[{ key: "value", label: t("messages"), color: 2 }]} data={messages} format={(value) => t("perMinute", { value: number(1)(value) })} formatTick={number(1)} />
            </Section>
            {(stock?.length ?? 0) > 0 && (
              <Section title={t("stock")} description={t("stockText")}>
                <TimeSeriesChart title={t("stock")} {...shared} kind="area" series={[{ key: "value", label: t("stock"), color: 4 }]} data={stock} domain={[0, 100]} format={(value) => t("percent", { value: number(1)(value) })} formatTick={number(0)} />
              </Section>
            )}
          </Columns>
        </div>
      )}
    </>
  );
}

/** A mean, in the band from the lowest to the highest. */
function spread(mean: string, extremes: string, color: 1 | 3): Series[] {
  return [
    { key: "low", upTo: "high", label: extremes, color, kind: "band" },
    { key: "value", label: mean, color, kind: "line" },
  ];
}
