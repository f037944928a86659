import type { z } from "zod";
import { AppError } from "#shared/errors.ts";
import { MAX_METRIC_POINTS, METRIC_GROUPS, METRIC_INTERVALS, type MetricInterval, USUAL_METRIC_POINTS, type vmMetricsInput, type VmMetricsView } from "#shared/compute/metrics.ts";
import type { Scope } from "#server/identity/actor.ts";
import type { Vm } from "#server/infra/prisma/client.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { visible } from "../policy.ts";
import { vmRow } from "../repository.ts";
import { bucketBegin, keptSince, LEVELS, samplingMs } from "./levels.ts";
import { columnsOf, latestView, pointsOf } from "./metrics-view.ts";
import { watermarksNow } from "./rollup-repository.ts";
import { latestSample } from "./sample-repository.ts";
import { bucketSeries } from "./series-repository.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const LONGEST_MS = 3_660 * DAY_MS;
/** Usage older than this is not "now". */
const FRESH_MS = 90_000;

/** A VM's newest usage, its usage over a range as means of buckets, and how much of the range it ran. */
export async function getVmMetrics(rt: Runtime, scope: Scope, input: z.infer<typeof vmMetricsInput>): Promise<VmMetricsView> {
  const vm = visible(await vmRow(rt, input.id), scope, "VM");
  const now = rt.clock.now();
  const asked = input.interval !== undefined || input.from !== undefined || input.to !== undefined;
  const { from, to } = rangeOf(input, now, asked ? HOUR_MS : DAY_MS);
  const groups = METRIC_GROUPS.filter((group) => input.metrics?.includes(group) ?? true);
  const interval = intervalFor(rt, input.interval, from, to, now);
  const [latest, marks] = await Promise.all([latestSample(rt, vm.id, new Date(now.getTime() - FRESH_MS)), watermarksNow(rt)]);
  const seconds = METRIC_INTERVALS[interval];
  const range = { vmId: vm.id, seconds, from: bucketBegin(from, seconds), to, columns: asked ? columnsOf(groups) : [], everySeconds: samplingMs(rt.config) / 1_000 };
  const series = await bucketSeries(rt, range, marks);
  return {
    vmId: vm.id,
    timestamp: latest && latest.at.toISOString(),
    interval,
    from: from.toISOString(),
    to: to.toISOString(),
    metrics: latest && latestView(latest, vm, groups),
    uptime: uptimeOf(vm, { from: range.from, to, now }, series.upSeconds, latest?.at ?? null, range.everySeconds),
    series: asked ? pointsOf(series, groups) : [],
  };
}

/** @throws AppError INVALID_REQUEST when the range is none, lies in the future or is longer than anything is kept */
function rangeOf(input: { from?: string | undefined; to?: string | undefined }, now: Date, usualMs: number): { from: Date; to: Date } {
  const to = input.to === undefined ? now : new Date(Math.min(now.getTime(), Date.parse(input.to)));
  const from = input.from === undefined ? new Date(to.getTime() - usualMs) : new Date(input.from);
  if (from >= to) throw new AppError("INVALID_REQUEST", "from must be before to, and in the past", { details: [{ field: "from", message: "must be before to, and in the past" }] });
  if (now.getTime() - from.getTime() > LONGEST_MS) throw new AppError("INVALID_REQUEST", "from must not be more than ten years ago", { details: [{ field: "from", message: "must not be more than ten years ago" }] });
  return { from, to };
}

/** The interval asked for, or the next longer one that is kept for so long and gives no more points than allowed. */
export function intervalFor(rt: Pick<Runtime, "config">, asked: MetricInterval | undefined, from: Date, to: Date, now: Date): MetricInterval {
  const most = asked === undefined ? USUAL_METRIC_POINTS : MAX_METRIC_POINTS;
  // Their order in the object is from short to long.
  const names = Object.keys(METRIC_INTERVALS) as MetricInterval[];
  return (
    names.slice(asked === undefined ? 0 : names.indexOf(asked)).find((name) => {
      const level = LEVELS.find((each) => each.seconds === METRIC_INTERVALS[name]);
      return level !== undefined && keptSince(rt.config, level, now) <= from && (to.getTime() - from.getTime()) / 1_000 / level.seconds <= most;
    }) ?? "1d"
  );
}

/** Since its last sample a VM is taken to run on until the next one is due. */
function uptimeOf(vm: Vm, range: { from: Date; to: Date; now: Date }, seen: number, latest: Date | null, everySeconds: number): VmMetricsView["uptime"] {
  const begin = Math.max(range.from.getTime(), vm.createdAt.getTime());
  const end = Math.min(range.to.getTime(), vm.terminatedAt?.getTime() ?? Infinity);
  const totalSeconds = Math.max(0, Math.round((end - begin) / 1_000));
  const since = latest && range.to >= range.now ? Math.max(0, (range.now.getTime() - latest.getTime()) / 1_000 - everySeconds) : 0;
  const upSeconds = Math.min(totalSeconds, Math.round(seen + since));
  return { upSeconds, totalSeconds, percent: totalSeconds === 0 ? null : Math.round((upSeconds / totalSeconds) * 100_000) / 1_000 };
}
