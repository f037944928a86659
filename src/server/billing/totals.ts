import type { Runtime } from "#server/infra/runtime.ts";
import { balancesByOrganization, ledgerTotals } from "./totals-repository.ts";

/** Balances of several organizations in one query, in micro-credits; an organization without an account is absent. */
export async function balancesOf(rt: Runtime, organizationIds: readonly string[]): Promise<Map<string, bigint>> {
  return balancesByOrganization(rt, organizationIds);
}

/** The platform's money at a glance, in micro-credits; `spent` since the last midnight UTC. */
export async function creditTotals(rt: Runtime): Promise<{ inCirculation: bigint; burnPerHour: bigint; spent: bigint }> {
  const midnight = rt.clock.now();
  midnight.setUTCHours(0, 0, 0, 0);
  return ledgerTotals(rt, midnight);
}
