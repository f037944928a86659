import type { Runtime } from "#server/infra/runtime.ts";
import { maintainPartitions } from "./partitions.ts";
import { rollUpMetrics } from "./rollup.ts";

/** Makes all means that are due, and puts the partitions in order: what lay still for a while is caught up here before anything is removed. */
export async function maintainMetrics(rt: Runtime): Promise<void> {
  while (await rollUpMetrics(rt));
  await maintainPartitions(rt);
}
