import type { Tx } from "#server/infra/events.ts";
import type { Runtime } from "#server/infra/runtime.ts";

/** VMs for which something may be due at `now`: a warning before `warnUntil`, the stop, what failed of it, and the deletion of those stopped until `graceFrom`. */
export function expiringVms(rt: Runtime, times: { now: Date; warnUntil: Date; graceFrom: Date }, afterId: string, limit: number): Promise<{ id: string }[]> {
  return rt.db.query({
    name: "vm_expiring",
    text: `select id from vm where expire_at <= $2 and id > $4 and status not in ('terminated', 'rolled_back')
        and case when expiry_stopped_at is not null then status <> 'stopped' or expiry_stopped_at <= $3 else expire_at <= $1 or expiry_warned_at is null end
      order by id limit $5`,
    values: [times.now, times.warnUntil, times.graceFrom, afterId, limit],
  });
}

export async function writeExpiry(tx: Tx, id: string, data: { expireAt?: Date; expiryWarnedAt?: Date | null; expiryStoppedAt?: Date | null }): Promise<void> {
  await tx.vm.update({ where: { id }, data, select: { id: true } });
}

/** When an operation of this kind was last asked for by the program itself; null: never. */
export async function lastOwnRequest(tx: Tx, vmId: string, kind: string, since: Date): Promise<Date | null> {
  const row = await tx.operation.findFirst({ where: { subjectId: vmId, kind, actorId: null, createdAt: { gte: since } }, select: { createdAt: true }, orderBy: { createdAt: "desc" } });
  return row?.createdAt ?? null;
}
