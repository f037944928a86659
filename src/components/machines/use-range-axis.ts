import { useFormatter } from "next-intl";
import type { ChartAxis } from "#components/chart/chart-data.ts";
import { type TelemetryRange, TELEMETRY_RANGE_SECONDS } from "#shared/machines/telemetry.ts";

const TICKS = 6;

/** How a chart of the range writes its moments: in a year's each point is a day of UTC. undefined: as the reader's own time. */
export function useRangeAxis(range: TelemetryRange, points: readonly { at: string }[] | undefined): { axis?: ChartAxis } {
  const format = useFormatter();
  if (range !== "1y") return {};
  const first = Date.parse(points?.[0]?.at ?? "");
  const last = Date.parse(points?.at(-1)?.at ?? "");
  const days = Number.isNaN(first) ? 0 : Math.round((last - first) / 86_400_000);
  // As many days lie between all of them.
  const every = Math.max(1, Math.ceil(days / TICKS));
  const ticks = Array.from({ length: Math.min(TELEMETRY_RANGE_SECONDS["1y"] / 86_400, Math.floor(days / every)) + 1 }, (_, nth) => first + nth * every * 86_400_000);
  return {
    axis: {
      timeZone: "UTC",
      tick: (ms) => format.dateTime(new Date(ms), { month: "short", day: "numeric", timeZone: "UTC" }),
      moment: (ms) => format.dateTime(new Date(ms), { dateStyle: "medium", timeZone: "UTC" }),
      ...(days > 0 ? { ticks } : {}),
    },
  };
}
