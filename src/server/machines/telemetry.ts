import type { z } from "zod";
import { notFound } from "#shared/errors.ts";
import type { telemetryInput, telemetryOutput } from "#shared/machines/schema.ts";
import type { Scope } from "#server/identity/actor.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { isVisible } from "./machines-repository.ts";
import { averageMetrics } from "./telemetry-repository.ts";

type Telemetry = z.output<typeof telemetryOutput>;

/** Bucket sizes that give charts of 120 to 336 points. */
const RANGES = {
  "1h": { seconds: 3_600, bucketSeconds: 30 },
  "24h": { seconds: 86_400, bucketSeconds: 300 },
  "7d": { seconds: 604_800, bucketSeconds: 1_800 },
} as const;

/** The machine's metrics over time, averaged in buckets; a bucket without a reading is absent. @throws AppError NOT_FOUND */
export async function getTelemetry(rt: Runtime, scope: Scope, input: z.output<typeof telemetryInput>): Promise<Telemetry> {
  if (!(await isVisible(rt, scope, input.id))) throw notFound("machine");
  const { seconds, bucketSeconds } = RANGES[input.range];
  const rows = await averageMetrics(rt, input.id, new Date(rt.clock.now().getTime() - seconds * 1_000), bucketSeconds);
  const series: Telemetry["series"] = [];
  for (const row of rows) {
    const at = new Date(row.bucket * 1_000).toISOString();
    let point = series.at(-1);
    if (point?.at !== at) {
      point = { at, metrics: {} };
      series.push(point);
    }
    point.metrics[row.name] = row.average;
  }
  return { bucketSeconds, series };
}
