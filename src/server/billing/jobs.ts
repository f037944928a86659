import type { Runtime } from "#server/infra/runtime.ts";
import { type Charged, chargeOrganization } from "./metering.ts";
import { chargeGroup, GROUP } from "./metering-group.ts";
import { organizationsToCharge } from "./metering-repository.ts";
import { systemAccount } from "./system-accounts.ts";

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
  const left: string[] = [];
  const chargeTogether = async (ids: readonly string[]): Promise<void> => {
    try {
      const { charged, recorded, paid } = await chargeGroup(rt, ids, now);
      total.recorded += recorded;
      total.paid += paid;
      left.push(...ids.filter((id) => !charged.has(id)));
    } catch (error) {
      rt.log.warn({ err: error, organizations: ids.length }, "metering: a group was not charged, each of it is on its own");
      left.push(...ids);
    }
  };
  const due = await organizationsToCharge(rt, now, new Date(now.getTime() - rt.config.creditsGraceMinutes * MINUTE_MS));
  await inParallel(groupsOf(due), chargeTogether);
  await inParallel(left, (id) => charge(id, false));
  await inParallel(busy.splice(0), (id) => charge(id, true));
  for (const organizationId of busy) rt.log.error({ organizationId }, "metering: an organization has usage and no account");
  if (total.recorded > 0 || total.paid > 0) rt.log.info(total, "metering: charged");
  return total;
}

/** Groups whose charges go to one revenue account each, those that run side by side to different ones. */
function groupsOf(due: readonly { id: string; accountId: string | null }[]): string[][] {
  const shards = [...Map.groupBy(due, ({ accountId }) => (accountId === null ? "" : systemAccount("revenue", accountId))).values()];
  const groups: string[][] = [];
  for (let from = 0; shards.some((shard) => shard.length > from); from += GROUP) {
    for (const shard of shards) if (shard.length > from) groups.push(shard.slice(from, from + GROUP).map(({ id }) => id));
  }
  return groups;
}

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = items.values();
  await Promise.all(
    Array.from({ length: PARALLEL }, async () => {
      for (const item of left) await work(item);
    }),
  );
}
