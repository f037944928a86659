import type { Tx } from "#server/infra/events.ts";
import type { Prisma, Vm, VmSnapshot } from "#server/infra/prisma/client.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import type { DueVm } from "../copy-schedule.ts";

/** Queries of snapshots and of their schedules. */
export function listSnapshotRows(rt: Runtime, vmId: string): Promise<VmSnapshot[]> {
  return rt.db.prisma.vmSnapshot.findMany({ where: { vmId }, orderBy: [{ createdAt: "desc" }, { id: "desc" }] });
}

export function snapshotRow(tx: Tx, vmId: string, id: string): Promise<VmSnapshot | null> {
  return tx.vmSnapshot.findFirst({ where: { id, vmId } });
}

/** Of the VM, in any status: one that is being made takes its place already. */
export function countSnapshots(tx: Tx, vmId: string): Promise<number> {
  return tx.vmSnapshot.count({ where: { vmId } });
}

export async function insertSnapshot(tx: Tx, snapshot: Prisma.VmSnapshotUncheckedCreateInput): Promise<void> {
  await tx.vmSnapshot.create({ data: snapshot, select: { id: true } });
}

/** No harm when there is none. */
export async function changeSnapshot(tx: Tx, id: string, data: { status: string; readyAt?: Date; sizeMb?: number | null }): Promise<void> {
  await tx.vmSnapshot.updateMany({ where: { id }, data });
}

/** No harm when there is none. */
export async function removeSnapshot(tx: Tx, id: string): Promise<void> {
  await tx.vmSnapshot.deleteMany({ where: { id } });
}

/** Forgets the VM's snapshots but those that its hypervisor still has. */
export async function removeSnapshotsExcept(tx: Tx, vmId: string, left: readonly string[]): Promise<void> {
  await tx.vmSnapshot.deleteMany({ where: { vmId, id: { notIn: [...left] } } });
}

/** The oldest of those that the schedule took and that can be deleted. */
export function oldestAutomatic(tx: Tx, vmId: string): Promise<VmSnapshot | null> {
  return tx.vmSnapshot.findFirst({ where: { vmId, automatic: true, status: "ready" }, orderBy: [{ createdAt: "asc" }, { id: "asc" }] });
}

// Schedules

export async function writeSchedule(tx: Tx, vmId: string, schedule: { everyHours: number | null; keep: number; dueAt: Date | null }): Promise<void> {
  await tx.vm.update({ where: { id: vmId }, data: { snapshotEveryHours: schedule.everyHours, snapshotKeep: schedule.keep, snapshotDueAt: schedule.dueAt }, select: { id: true } });
}

export async function writeDue(tx: Tx, vmId: string, dueAt: Date | null): Promise<void> {
  await tx.vm.update({ where: { id: vmId }, data: { snapshotDueAt: dueAt }, select: { id: true } });
}

/** VMs whose snapshot is due, the longest due first, after `after`. */
export function dueVms(rt: Runtime, now: Date, after: DueVm | null, limit: number): Promise<DueVm[]> {
  return rt.db.query({
    name: "snapshots_due",
    text: `select id, host_id as "hostId", snapshot_due_at as "dueAt" from vm where snapshot_due_at <= $1 and ($2::timestamptz is null or (snapshot_due_at, id) > ($2, $3))
      order by snapshot_due_at, id limit $4`,
    values: [now, after?.dueAt ?? null, after?.id ?? null, limit],
  });
}

/** VMs that have more automatic snapshots than they keep, are free, and whose last attempt to delete one did not fail after `since`. */
export function overfullVms(rt: Runtime, since: Date, limit: number): Promise<Pick<Vm, "id">[]> {
  return rt.db.query({
    name: "snapshots_overfull",
    text: `select v.id from vm v where v.snapshot_every_hours is not null and v.operation_id is null and v.status in ('running', 'stopped', 'suspended')
        and (select count(*) from vm_snapshot s where s.vm_id = v.id and s.automatic and s.status = 'ready') > v.snapshot_keep
        and not exists (select 1 from operation o where o.subject_id = v.id and o.kind = 'vm.snapshot_delete' and o.status = 'failed' and o.created_at > $1)
      order by v.id limit $2`,
    values: [since, limit],
  });
}
