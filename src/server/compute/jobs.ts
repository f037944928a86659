import type { Runtime } from "#server/infra/runtime.ts";
import { deleteMetrics } from "./metrics-repository.ts";

const KEPT_MS = 86_400_000;
const BATCH = 10_000;

/** Deletes samples older than a day, in batches that hold no lock for long. */
export async function purgeMetrics(rt: Runtime): Promise<void> {
  const before = new Date(rt.clock.now().getTime() - KEPT_MS);
  while ((await deleteMetrics(rt, before, BATCH)) === BATCH);
}
