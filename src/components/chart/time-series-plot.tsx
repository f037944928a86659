"use client";

import { useReducedMotion } from "@mantine/hooks";
import { useFormatter, useTimeZone } from "next-intl";
import { useId } from "react";
import { Area, Bar, CartesianGrid, ComposedChart, Line, ReferenceArea, ReferenceLine, ResponsiveContainer, Tooltip, XAxis, YAxis } from "recharts";
import { dashOf, type PlotProps, type Series, seriesColor, valueAt } from "./chart-data.ts";
import { FillPattern } from "./chart-patterns.tsx";
import { ChartTooltip } from "./chart-tooltip.tsx";
import { timeTicks, zoneOffset } from "./time-axis.ts";
import { useSelection } from "./use-selection.ts";

const FROM_ZERO = [0, "auto"] as const;
const TICK = { fontSize: 12, fill: "var(--sy-text-dim)" } as const;

/** The drawing itself. It stands alone, so that Recharts is in a file of its own that pages fetch when a chart is shown. */
export function TimeSeriesPlot({ series, data, kind, height, format, formatTick = format, stacked, totalLabel, domain = FROM_ZERO, axis, syncId, mark, title, onSelect, onRead }: PlotProps) {
  const formatter = useFormatter();
  const ownZone = useTimeZone() ?? "UTC";
  const timeZone = axis?.timeZone ?? ownZone;
  const id = useId();
  const still = useReducedMotion();
  const rows = data.map((point) => ({ ...point, ms: Date.parse(point.at) }));
  const from = rows[0]?.ms ?? 0;
  const to = rows[rows.length - 1]?.ms ?? 0;
  const { ticks, unit } = timeTicks(from, to, 6, zoneOffset(timeZone, from));
  const tick = axis?.tick ?? ((ms: number) => formatter.dateTime(new Date(ms), unit === "day" ? { month: "short", day: "numeric" } : { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }));
  const moment = axis?.moment ?? ((ms: number) => formatter.dateTime(new Date(ms), { dateStyle: "medium", timeStyle: "short" }));
  const selection = useSelection(onSelect);
  const draw = (each: Series, index: number) => {
    const common = { dataKey: each.key, name: each.label, isAnimationActive: false };
    const color = seriesColor(each, index);
    const dash = dashOf(series, index);
    const line = { stroke: color, strokeWidth: 1.75, ...(dash ? { strokeDasharray: dash } : {}), dot: rows.length === 1, activeDot: { r: 3.5, strokeWidth: 0 }, type: "monotone" as const };
    const drawnAs = each.kind ?? kind;
    // Lines stay out of the stack: a total, a limit or a forecast drawn over it.
    const stack = stacked ? { stackId: "all" } : {};
    const pattern = `url(#${id}-${index})`;
    if (drawnAs === "band") {
      const { upTo = each.key } = each;
      const ends = (row: (typeof rows)[number]) => (valueAt(row, each.key) === null ? null : [valueAt(row, each.key), valueAt(row, upTo)]);
      return <Area key={each.key} {...common} dataKey={ends} type="linear" stroke={color} strokeWidth={1} strokeOpacity={0.6} strokeDasharray="2 2" fill={pattern} fillOpacity={0.5} activeDot={false} connectNulls={false} />;
    }
    if (drawnAs === "bar") return <Bar key={each.key} {...common} {...stack} fill={stacked ? pattern : color} stroke={stacked ? color : "none"} maxBarSize={28} radius={stacked ? 0 : [2, 2, 0, 0]} />;
    if (drawnAs === "line") return <Line key={each.key} {...common} {...line} connectNulls={false} />;
    return <Area key={each.key} {...common} {...stack} {...line} connectNulls={false} fill={stacked ? pattern : color} fillOpacity={stacked ? 0.6 : 0.12} />;
  };
  return (
    <ResponsiveContainer width="100%" height={height}>
      <ComposedChart data={rows} margin={{ top: 8, right: 8, bottom: 0, left: 0 }} accessibilityLayer aria-label={title} {...selection.handlers} {...(syncId === undefined ? {} : { syncId, syncMethod: "value" as const })}>
        <defs>
          {series.map((each, index) => (
            <FillPattern key={each.key} id={`${id}-${index}`} nth={each.kind === "band" ? 1 : index} color={seriesColor(each, index)} />
          ))}
        </defs>
        <CartesianGrid vertical={false} stroke="var(--sy-line)" />
        <XAxis
          dataKey="ms"
          type="number"
          scale="time"
          domain={["dataMin", "dataMax"]}
          ticks={axis?.ticks ? [...axis.ticks] : ticks}
          tickFormatter={tick}
          tick={TICK}
          tickLine={false}
          axisLine={{ stroke: "var(--sy-line-strong)" }}
          minTickGap={24}
          {...(kind === "bar" ? { padding: { left: 16, right: 16 } } : {})}
        />
        <YAxis domain={[...domain]} tickFormatter={formatTick} tick={TICK} tickLine={false} axisLine={false} width="auto" tickCount={5} />
        <Tooltip
          isAnimationActive={!still}
          animationDuration={120}
          cursor={{ stroke: "var(--sy-text-faint)", strokeWidth: 1, fill: "var(--sy-raised)", fillOpacity: 0.5 }}
          content={<ChartTooltip {...{ series, kind, stacked, totalLabel, format, onRead }} formatTime={moment} />}
        />
        {selection.area && <ReferenceArea x1={selection.area.from} x2={selection.area.to} fill="var(--sy-accent)" fillOpacity={0.12} stroke="none" />}
        {mark && <ReferenceLine x={Date.parse(mark.at)} stroke="var(--sy-text-faint)" strokeDasharray="2 3" label={{ value: mark.label, position: "insideTopRight", fontSize: 12, fill: "var(--sy-text-dim)" }} />}
        {series.map(draw)}
      </ComposedChart>
    </ResponsiveContainer>
  );
}
