import type { Runtime } from "#server/infra/runtime.ts";
import { countByStatus } from "./totals-repository.ts";

/** How many machines there are in each state. */
export async function machineTotals(rt: Runtime): Promise<{ online: number; offline: number; awaitingClaim: number; draft: number }> {
  const counts = await countByStatus(rt);
  return { online: counts.get("online") ?? 0, offline: counts.get("offline") ?? 0, awaitingClaim: counts.get("awaiting_claim") ?? 0, draft: counts.get("draft") ?? 0 };
}
