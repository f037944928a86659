import type { z } from "zod";
import type { vmMetricsInput, vmMetricsOutput } from "#shared/compute/schema.ts";
import type { Scope } from "#server/identity/actor.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { metricSeries } from "./metrics-repository.ts";
import { visible } from "./policy.ts";
import { vmWithRelations } from "./repository.ts";

const RANGES = {
  "15m": { seconds: 900, bucketSeconds: 15 },
  "1h": { seconds: 3_600, bucketSeconds: 60 },
  "6h": { seconds: 21_600, bucketSeconds: 300 },
  "24h": { seconds: 86_400, bucketSeconds: 900 },
} as const;

/** A VM's usage over a range, as means of equal buckets; buckets without a sample are left out. */
export async function getVmMetrics(rt: Runtime, scope: Scope, input: z.infer<typeof vmMetricsInput>): Promise<z.infer<typeof vmMetricsOutput>> {
  const vm = visible(await vmWithRelations(rt, input.id), scope, "VM");
  const { seconds, bucketSeconds } = RANGES[input.range];
  const rows = await metricSeries(rt, vm.id, new Date(rt.clock.now().getTime() - seconds * 1_000), bucketSeconds);
  return { vmId: vm.id, memoryTotalMb: vm.memoryMb, bucketSeconds, series: rows.map((row) => ({ ...row, at: row.at.toISOString() })) };
}
