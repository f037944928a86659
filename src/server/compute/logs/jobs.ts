import type { Runtime } from "#server/infra/runtime.ts";
import { deleteLines } from "./log-repository.ts";

const KEPT_DAYS = 90;
const DAY_MS = 86_400_000;
const BATCH = 10_000;

/** Deletes lines older than 90 days, in batches that hold no lock for long. */
export async function purgeVmLogs(rt: Runtime): Promise<void> {
  const before = new Date(rt.clock.now().getTime() - KEPT_DAYS * DAY_MS);
  while ((await deleteLines(rt, before, BATCH)) === BATCH);
}
