import type { Tx } from "#server/infra/events.ts";
import type { Host, Image, Prisma, Vm, VmBackup } from "#server/infra/prisma/client.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import type { DueVm } from "../copy-schedule.ts";

/** Queries of backups and of their schedules. */
const GONE = ["terminated", "rolled_back"];

const FOR_VIEW = {
  vm: { select: { name: true, status: true, terminatedAt: true } },
  host: { select: { region: true } },
  image: { select: { slug: true } },
} satisfies Prisma.VmBackupInclude;
export type BackupRow = Prisma.VmBackupGetPayload<{ include: typeof FOR_VIEW }>;

const NEWEST_FIRST = [{ createdAt: "desc" }, { id: "desc" }] satisfies Prisma.VmBackupOrderByWithRelationInput[];

export function backupsOfVm(rt: Runtime, vmId: string): Promise<BackupRow[]> {
  return rt.db.prisma.vmBackup.findMany({ where: { vmId }, include: FOR_VIEW, orderBy: NEWEST_FIRST });
}

export function backupForView(rt: Runtime, id: string): Promise<BackupRow | null> {
  return rt.db.prisma.vmBackup.findUnique({ where: { id }, include: FOR_VIEW });
}

export async function listBackupRows(rt: Runtime, filter: { organizationId: string; vmId: string | undefined }, page: { page: number; limit: number }): Promise<{ rows: BackupRow[]; total: number }> {
  const where = { organizationId: filter.organizationId, ...(filter.vmId === undefined ? {} : { vmId: filter.vmId }) };
  const [rows, total] = await Promise.all([
    rt.db.prisma.vmBackup.findMany({ where, include: FOR_VIEW, orderBy: NEWEST_FIRST, skip: (page.page - 1) * page.limit, take: page.limit }),
    rt.db.prisma.vmBackup.count({ where }),
  ]);
  return { rows, total };
}

export function backupRow(tx: Tx, id: string): Promise<VmBackup | null> {
  return tx.vmBackup.findUnique({ where: { id } });
}

/** The backup with its row locked: whoever uses it, or deletes it, decides by what it is then. */
export async function lockBackup(tx: Tx, id: string): Promise<VmBackup | null> {
  await tx.$queryRaw`select 1 from vm_backup where id = ${id} for update`;
  return tx.vmBackup.findUnique({ where: { id } });
}

export function backupWithHost(rt: Runtime, id: string): Promise<(VmBackup & { host: Host }) | null> {
  return rt.db.prisma.vmBackup.findUnique({ where: { id }, include: { host: true } });
}

/** A backup is never without its host and its image. */
export async function hostAndImageOf(tx: Tx, backup: Pick<VmBackup, "hostId" | "imageId">): Promise<{ host: Host; image: Image }> {
  const host = await tx.host.findUniqueOrThrow({ where: { id: backup.hostId } });
  const image = await tx.image.findUniqueOrThrow({ where: { id: backup.imageId } });
  return { host, image };
}

export function hostOfVm(tx: Tx, hostId: string): Promise<Host | null> {
  return tx.host.findUnique({ where: { id: hostId } });
}

export async function insertBackup(tx: Tx, backup: Prisma.VmBackupUncheckedCreateInput): Promise<void> {
  await tx.vmBackup.create({ data: backup, select: { id: true } });
}

/** No harm when there is none. */
export async function changeBackup(tx: Tx, id: string, data: { status: string; readyAt?: Date; sizeMb?: number | null }): Promise<void> {
  await tx.vmBackup.updateMany({ where: { id }, data });
}

/** No harm when there is none. */
export async function removeBackup(tx: Tx, id: string): Promise<void> {
  await tx.vmBackup.deleteMany({ where: { id } });
}

/** How many VMs are being made from the backup: it has to stay until the last of these operations has ended, whatever becomes of the processes. */
export async function countVmsBeingMadeFrom(tx: Tx, backupId: string): Promise<number> {
  return tx.operation.count({ where: { kind: "vm.create", status: { in: ["queued", "running"] }, input: { path: ["backupId"], equals: backupId } } });
}

/** Whether an operation that has not ended deletes it. */
export async function isBeingDeleted(tx: Tx, backupId: string): Promise<boolean> {
  return (await tx.operation.count({ where: { subjectId: backupId, kind: "backup.delete", status: { in: ["queued", "running"] } } })) > 0;
}

// Schedules

export async function writeSchedule(tx: Tx, vmId: string, schedule: { everyHours: number | null; keep: number; dueAt: Date | null }): Promise<void> {
  await tx.vm.update({ where: { id: vmId }, data: { backupEveryHours: schedule.everyHours, backupKeep: schedule.keep, backupDueAt: schedule.dueAt }, select: { id: true } });
}

export async function writeDue(tx: Tx, vmId: string, dueAt: Date | null): Promise<void> {
  await tx.vm.update({ where: { id: vmId }, data: { backupDueAt: dueAt }, select: { id: true } });
}

/** VMs whose backup is due, the longest due first, after `after`; none of a host where a backup is under way. */
export function dueVms(rt: Runtime, now: Date, after: DueVm | null, limit: number): Promise<DueVm[]> {
  return rt.db.query({
    name: "backups_due",
    text: `select v.id, v.host_id as "hostId", v.backup_due_at as "dueAt" from vm v
      where v.backup_due_at <= $1 and ($2::timestamptz is null or (v.backup_due_at, v.id) > ($2, $3))
        and not exists (select 1 from operation o join vm other on other.id = o.subject_id where o.status in ('queued', 'running') and o.kind = 'vm.backup' and other.host_id = v.host_id)
      order by v.backup_due_at, v.id limit $4`,
    values: [now, after?.dueAt ?? null, after?.id ?? null, limit],
  });
}

/** VMs with a schedule that have more automatic backups than they keep, and none that is being deleted or could not be deleted after `since`. */
export function overfullVms(rt: Runtime, since: Date, limit: number): Promise<Pick<Vm, "id">[]> {
  return rt.db.query({
    name: "backups_overfull",
    text: `select v.id from vm v where v.backup_every_hours is not null and v.status <> all ($3::text[])
        and (select count(*) from vm_backup b where b.vm_id = v.id and b.automatic and b.status = 'ready') > v.backup_keep
        and not exists (select 1 from vm_backup b join operation o on o.subject_id = b.id where b.vm_id = v.id and o.kind = 'backup.delete' and o.status <> 'succeeded' and o.created_at > $1)
      order by v.id limit $2`,
    values: [since, limit, GONE],
  });
}

/** The oldest of those that the schedule took and that can be deleted. */
export function oldestAutomatic(tx: Tx, vmId: string): Promise<VmBackup | null> {
  return tx.vmBackup.findFirst({ where: { vmId, automatic: true, status: "ready" }, orderBy: [{ createdAt: "asc" }, { id: "asc" }] });
}

export async function hasDeletion(tx: Tx, vmId: string): Promise<boolean> {
  return (await tx.vmBackup.count({ where: { vmId, status: "deleting" } })) > 0;
}

/**
 * What is to be deleted by itself: automatic backups of VMs that were gone before `goneBefore`, and those whose deletion was given up or never heard of again.
 * Where a deletion failed after `since`, not yet again; on hosts under maintenance nothing.
 */
export function overdueBackups(rt: Runtime, times: { goneBefore: Date; since: Date }, limit: number): Promise<Pick<VmBackup, "id">[]> {
  return rt.db.query({
    name: "backups_overdue",
    text: `select b.id from vm_backup b join vm v on v.id = b.vm_id join host h on h.id = b.host_id
      where (b.status = 'deleting' or (b.status = 'ready' and b.automatic and v.status = any ($4::text[]) and v.terminated_at <= $1)) and h.status <> 'maintenance'
        and not exists (select 1 from operation o where o.subject_id = b.id and o.kind = 'backup.delete' and (o.status in ('queued', 'running') or o.created_at > $2))
        and not exists (select 1 from operation o where o.kind = 'vm.create' and o.status in ('queued', 'running') and o.input->>'backupId' = b.id)
      order by b.created_at, b.id limit $3`,
    values: [times.goneBefore, times.since, limit, GONE],
  });
}

/** Those of `ids` that are in no row, but in an operation of ours that took them, all of which ended before `endedBefore`. */
export async function strayBackups(tx: Tx, ids: readonly string[], endedBefore: Date): Promise<string[]> {
  const known = new Set((await tx.vmBackup.findMany({ where: { id: { in: [...ids] } }, select: { id: true } })).map(({ id }) => id));
  const unknown = ids.filter((id) => !known.has(id));
  if (unknown.length === 0) return [];
  const rows = await tx.$queryRaw<{ id: string }[]>`select o.input->>'backupId' as id from operation o
    where o.kind in ('vm.backup', 'vm.delete') and o.input->>'backupId' = any(${unknown})
    group by 1 having bool_and(coalesce(o.finished_at < ${endedBefore}, false)) order by 1`;
  return rows.map(({ id }) => id);
}
