import type { BurnStep } from "#shared/billing/runway.ts";
import type { Tx } from "#server/infra/events.ts";
import { comingChanges } from "./coming-repository.ts";

/**
 * What burns of each organization from later moments on, by the prices for all that are scheduled until `until`: of what is on now, which costs `burns` an hour.
 * Who burns the same until then is not in it.
 */
export async function comingBurns(tx: Tx, burns: ReadonlyMap<string, bigint>, now: Date, until: Date): Promise<Map<string, BurnStep[]>> {
  const steps = new Map<string, BurnStep[]>();
  for (const { organizationId, at, by } of await comingChanges(tx, [...burns.keys()], now, until)) {
    const own = steps.get(organizationId) ?? [];
    const before = own.at(-1)?.perHour ?? burns.get(organizationId) ?? 0n;
    steps.set(organizationId, [...own, { at: at.getTime(), perHour: before + by > 0n ? before + by : 0n }]);
  }
  return steps;
}
