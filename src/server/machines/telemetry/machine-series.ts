import type { z } from "zod";
import { notFound } from "#shared/errors.ts";
import type { telemetryInput, telemetryOutput } from "#shared/machines/telemetry.ts";
import type { Scope } from "#server/identity/actor.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { isVisible } from "../machines-repository.ts";
import { rangeUntil } from "./ranges.ts";
import { bucketsOfMachine, bucketsOfMessages } from "./series-repository.ts";

type Telemetry = z.output<typeof telemetryOutput>;

/** The machine's metrics over time: mean and extremes of buckets; a bucket without a reading is absent. @throws AppError NOT_FOUND */
export async function getTelemetry(rt: Runtime, scope: Scope, input: z.output<typeof telemetryInput>): Promise<Telemetry> {
  if (!(await isVisible(rt, scope, input.id))) throw notFound("machine");
  const { from, bucketSeconds, resolution } = rangeUntil(input.range, rt.clock.now());
  const rows = resolution === null ? await bucketsOfMessages(rt, input.id, from, bucketSeconds) : await bucketsOfMachine(rt, input.id, from, bucketSeconds, resolution);
  const series: Telemetry["series"] = [];
  for (const row of rows) {
    const at = new Date(row.bucket * 1_000).toISOString();
    let point = series.at(-1);
    if (point?.at !== at) {
      point = { at, metrics: {}, extremes: {} };
      series.push(point);
    }
    point.metrics[row.name] = row.average;
    point.extremes[row.name] = [row.min, row.max];
  }
  return { bucketSeconds, series };
}
