import type { z } from "zod";
import type { anyFleetTelemetryInput, fleetTelemetryOutput } from "#shared/machines/telemetry.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { MESSAGES } from "./late.ts";
import { rangeUntil } from "./ranges.ts";
import { bucketsOfFleet, rolledUntil } from "./series-repository.ts";

type FleetTelemetry = z.output<typeof fleetTelemetryOutput>;
type Point = FleetTelemetry["series"][number];

const COUNTED = ["$online", "$machines", "$stock_percent", MESSAGES] as const;
/** The shortest that machines' readings are rolled up to: a fleet's single messages are too many to read. */
const SHORTEST_S = 300;

/** An organization's machines over time, or all machines. A bucket without a reading and without a count is absent. */
export async function getFleetTelemetry(rt: Runtime, input: z.output<typeof anyFleetTelemetryInput>): Promise<FleetTelemetry> {
  const { from, ...chosen } = rangeUntil(input.range, rt.clock.now());
  const bucketSeconds = Math.max(chosen.bucketSeconds, SHORTEST_S);
  const to = await rolledUntil(rt);
  const rows = await bucketsOfFleet(rt, input.organizationId ?? "all", { from, to, bucketSeconds, resolution: chosen.resolution ?? SHORTEST_S, metrics: [...COUNTED, ...input.metrics] });
  const points = new Map<number, Point>();
  for (const { bucket, name, min, average, max, count } of rows) {
    const point = points.get(bucket) ?? { at: new Date(bucket * 1_000).toISOString(), online: null, machines: null, stockPercent: null, messagesPerMinute: 0, metrics: {} };
    points.set(bucket, point);
    const spread = { min, avg: average, max };
    // The last bucket may have begun only.
    const minutes = Math.min(bucketSeconds, to.getTime() / 1_000 - bucket) / 60;
    if (name === MESSAGES) point.messagesPerMinute = count / minutes;
    else if (name === "$online") point.online = spread;
    else if (name === "$machines") point.machines = average;
    else if (name === "$stock_percent") point.stockPercent = average;
    else point.metrics[name] = spread;
  }
  return { bucketSeconds, from: from.toISOString(), to: new Date(Math.max(to.getTime(), from.getTime())).toISOString(), series: [...points.values()] };
}
