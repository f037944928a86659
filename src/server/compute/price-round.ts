import { applyPricesEverywhere, notePricesApplied, pricesAreDue } from "#server/billing/prices/apply.ts";
import { publish } from "#server/infra/events.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { anyOutdatedVm, priceVms } from "./vm-price-repository.ts";

/** VMs in one transaction. */
const BATCH = 200;

/**
 * Brings prices for all that have begun to what runs, and to what VMs say that they cost. Metering does the first for itself before it charges; this
 * is for those that metering has no reason to look at. It can run anywhere, any number of times.
 */
export async function runPriceRound(rt: Runtime): Promise<void> {
  const now = rt.clock.now();
  if (!(await pricesAreDue(rt.db.prisma, now))) return;
  const whole = await applyPricesEverywhere(rt, now);
  for (;;) {
    const priced = await transact(rt, async (tx) => {
      const vms = await priceVms(tx, now, BATCH);
      for (const { id, organizationId } of vms) await publish(tx, { type: "vm.updated", subject: id, organizationId, at: now, data: { vmId: id } });
      return vms.length;
    });
    if (priced < BATCH) break;
  }
  if (whole && !(await anyOutdatedVm(rt, now))) await notePricesApplied(rt, now);
}
