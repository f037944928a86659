import { OPEN_STATES } from "#shared/machines/rollouts.ts";
import type { Tx } from "#server/infra/events.ts";
import type { Runtime } from "#server/infra/runtime.ts";

export interface Standing {
  openOrders: number;
  openRefills: number;
  itemsLeft: number;
  openAlerts: number;
  openUpdates: number;
}

/** What a machine still has to do, and what it has. */
export async function readStanding(tx: Tx, machineId: string): Promise<Standing> {
  const [openOrders, openRefills, stock, openAlerts, openUpdates] = [
    await tx.machineOrder.count({ where: { machineId, status: { in: ["created", "paid", "dispensing"] } } }),
    await tx.refill.count({ where: { machineId, status: "open" } }),
    await tx.slot.aggregate({ where: { machineId }, _sum: { count: true } }),
    await tx.alert.count({ where: { machineId, state: { in: ["firing", "acknowledged"] } } }),
    await tx.rolloutMachine.count({ where: { machineId, state: { in: [...OPEN_STATES] } } }),
  ];
  return { openOrders, openRefills, itemsLeft: stock._sum.count ?? 0, openAlerts, openUpdates };
}

/**
 * Removes what waits in the outbox for a machine. The row that a bridge publishes at this moment is locked by it and left: what comes after it in the machine's order clears up.
 */
export async function deletePendingDownlinks(tx: Tx, machineId: string): Promise<void> {
  await tx.$executeRaw`delete from downlink where id in (select id from downlink where machine_id = ${machineId} for update skip locked)`;
}

/** The rollouts in which the machine is not through. */
export async function openRollouts(tx: Tx, machineId: string): Promise<string[]> {
  const rows = await tx.rolloutMachine.findMany({ where: { machineId, state: { in: [...OPEN_STATES] } }, select: { rolloutId: true }, orderBy: { rolloutId: "asc" } });
  return rows.map((row) => row.rolloutId);
}

/**
 * Machines that have no archive yet, the longest waiting first. Alerts end shortly after their machine, and money may be on its way back: an archive waits for both, but not beyond
 * `latest`.
 */
export async function findUnarchived(rt: Runtime, latest: Date, limit: number): Promise<{ id: string }[]> {
  return rt.db.query<{ id: string }>({
    text: `select id from machine where status = 'decommissioned' and archive_key is null and (decommissioned_at < $1::timestamptz or (
        not exists (select 1 from alert where alert.machine_id = machine.id and alert.state <> 'resolved')
        and not exists (select 1 from machine_order o where o.machine_id = machine.id and o.payment_state in ('authorized', 'refunding'))))
      order by decommissioned_at limit $2::int`,
    values: [latest.toISOString(), limit],
  });
}

/** @returns false when another process was first */
export async function setArchiveKey(tx: Tx, machineId: string, archiveKey: string): Promise<boolean> {
  return (await tx.machine.updateMany({ where: { id: machineId, archiveKey: null }, data: { archiveKey } })).count === 1;
}
