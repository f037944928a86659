import type { Runtime } from "#server/infra/runtime.ts";
import { type Charged, chargeOrganization } from "./metering.ts";
import { organizationsToCharge } from "./metering-repository.ts";

/** Organizations charged at the same time; PGlite has one connection. */
const PARALLEL = 4;
const MINUTE_MS = 60_000;

/**
 * Charges every organization what is due now. Several workers may run it at once: each organization is taken under the lock of its account, and
 * one that is busy is left for last. An organization that fails is logged and does not keep the others from being charged.
 */
export async function chargeDue(rt: Runtime): Promise<Charged> {
  const now = rt.clock.now();
  const total: Charged = { recorded: 0, paid: 0 };
  const busy: string[] = [];
  const charge = async (organizationId: string, wait: boolean): Promise<void> => {
    try {
      const charged = await chargeOrganization(rt, organizationId, now, { wait });
      if (!charged) busy.push(organizationId);
      total.recorded += charged?.recorded ?? 0;
      total.paid += charged?.paid ?? 0;
    } catch (error) {
      rt.log.error({ err: error, organizationId }, "metering: an organization was not charged");
    }
  };
  await inParallel(await organizationsToCharge(rt, now, new Date(now.getTime() - rt.config.creditsGraceMinutes * MINUTE_MS)), (id) => charge(id, false));
  await inParallel(busy.splice(0), (id) => charge(id, true));
  for (const organizationId of busy) rt.log.error({ organizationId }, "metering: an organization has usage and no account");
  if (total.recorded > 0 || total.paid > 0) rt.log.info(total, "metering: charged");
  return total;
}

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = items.values();
  await Promise.all(
    Array.from({ length: PARALLEL }, async () => {
      for (const item of left) await work(item);
    }),
  );
}
