import { TELEMETRY_RANGE_SECONDS, type TelemetryRange } from "#shared/machines/telemetry.ts";
import type { Machine, MachineDetail, Telemetry } from "./types.ts";

export interface Reading {
  at: string;
  metrics: Record<string, number>;
}

/** A bucket of a metric: its mean, its lowest and its highest reading; null: a gap. */
export type MetricPoint = { at: string } & Record<"value" | "low" | "high", number | null>;

/**
 * The series with one more reading. The newest is always its end, and gives way to the next until it stands a whole bucket behind the point before it,
 * so that a long range does not grow dense while one watches. A reading may hold some of the metrics only: the others keep their last value.
 */
export function withReading(telemetry: Telemetry, reading: Reading, range: TelemetryRange): Telemetry {
  const at = Date.parse(reading.at);
  const last = telemetry.series.at(-1);
  if (last && Date.parse(last.at) >= at) return telemetry;
  const before = telemetry.series.at(-2);
  const provisional = last && before && Date.parse(last.at) - Date.parse(before.at) < telemetry.bucketSeconds * 1_000;
  const kept = (provisional ? telemetry.series.slice(0, -1) : telemetry.series).filter((point) => Date.parse(point.at) >= at - TELEMETRY_RANGE_SECONDS[range] * 1_000);
  const metrics = provisional ? { ...last.metrics, ...reading.metrics } : reading.metrics;
  const own = Object.fromEntries(Object.entries(reading.metrics).map(([name, value]): [string, [number, number]] => [name, [value, value]]));
  const extremes = provisional ? { ...last.extremes, ...own } : own;
  return { ...telemetry, series: [...kept, { at: reading.at, metrics, extremes }] };
}

/** A machine with its newest reading; an older one than known changes nothing. */
export function withLatest<T extends Machine>(machine: T, reading: Reading): T {
  if (machine.latest && machine.latest.at > reading.at) return machine;
  return { ...machine, latest: { at: reading.at, metrics: { ...machine.latest?.metrics, ...reading.metrics } }, lastSeenAt: reading.at };
}

/** A machine's page with what the device counted. */
export function withCounts(machine: MachineDetail, counts: readonly { slot: string; count: number }[]): MachineDetail {
  const counted = new Map(counts.map(({ slot, count }) => [slot, count]));
  const slots = machine.slots.map((slot) => ({ ...slot, count: counted.get(slot.code) ?? slot.count }));
  return { ...machine, slots, stock: { ...machine.stock, count: slots.reduce((sum, slot) => sum + slot.count, 0) } };
}

/** One metric over time for a chart, with its extremes. Where two readings are further apart than twice the bucket, the line breaks: the machine said nothing. */
export function metricPoints(telemetry: Telemetry, name: string): MetricPoint[] {
  const points: MetricPoint[] = [];
  const gap = 2 * telemetry.bucketSeconds * 1_000;
  for (const { at, metrics, extremes } of telemetry.series) {
    const value = metrics[name];
    if (value === undefined) continue;
    const last = points.at(-1);
    if (last && Date.parse(at) - Date.parse(last.at) > gap) points.push({ at: new Date(Date.parse(last.at) + gap / 2).toISOString(), value: null, low: null, high: null });
    const [low, high] = extremes[name] ?? [value, value];
    points.push({ at, value, low, high });
  }
  return points;
}

const AXIS_STEPS = 4;

/** Where a temperature's axis begins and ends: whole degrees with one of room, so that noise does not look like a failing compressor, and four equal steps between. */
export function degreeDomain(points: readonly Pick<MetricPoint, "low" | "high">[]): readonly [number, number] | undefined {
  const values = points.flatMap(({ low, high }) => (low === null || high === null ? [] : [low, high]));
  if (values.length === 0) return undefined;
  const low = Math.floor(Math.min(...values)) - 1;
  const high = Math.ceil(Math.max(...values)) + 1;
  return [low, low + Math.ceil((high - low) / AXIS_STEPS) * AXIS_STEPS];
}
