import type { Scope } from "#server/identity/actor.ts";
import type { Tx } from "#server/infra/events.ts";
import type { Host, Image, Plan, Prisma, Project, SshKey, Vm } from "#server/infra/prisma/client.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { vmListStatement, type VmFilter, type VmListRow } from "./vm-list-sql.ts";

/** Queries of projects, SSH keys and VMs. Those of operations are in operation-repository.ts. */
const GONE = ["terminated", "rolled_back"];

// Projects

export async function listProjectRows(rt: Runtime, organizationId: string, page: { page: number; limit: number }): Promise<{ rows: (Project & { _count: { vms: number } })[]; total: number }> {
  const where = { organizationId, deletedAt: null };
  const [rows, total] = await Promise.all([
    rt.db.prisma.project.findMany({
      where,
      include: { _count: { select: { vms: { where: { status: { notIn: GONE } } } } } },
      orderBy: [{ createdAt: "desc" }, { id: "desc" }],
      skip: (page.page - 1) * page.limit,
      take: page.limit,
    }),
    rt.db.prisma.project.count({ where }),
  ]);
  return { rows, total };
}

/** Also a deleted one. */
export async function hasProjectNamed(rt: Runtime, organizationId: string, name: string): Promise<boolean> {
  return (await rt.db.prisma.project.count({ where: { organizationId, name } })) > 0;
}

/** A project that is not deleted, locked against deletion and against new VMs until the transaction ends. */
export async function lockProject(tx: Tx, id: string): Promise<Project | null> {
  await tx.$queryRaw`select id from project where id = ${id} for update`;
  return tx.project.findFirst({ where: { id, deletedAt: null } });
}

/** Ends the project; its VMs are gone. */
export async function markProjectDeleted(tx: Tx, id: string, at: Date): Promise<void> {
  await tx.project.update({ where: { id }, data: { deletedAt: at, operationId: null }, select: { id: true } });
}

/** The project's deletion did not succeed. */
export async function freeProject(tx: Tx, id: string): Promise<void> {
  await tx.project.update({ where: { id }, data: { operationId: null }, select: { id: true } });
}

/** The project belongs to the operation that deletes it. */
export async function giveProject(tx: Tx, id: string, operationId: string): Promise<void> {
  await tx.project.update({ where: { id }, data: { operationId }, select: { id: true } });
}

export async function insertProject(tx: Tx, project: { id: string; organizationId: string; name: string; createdAt: Date }): Promise<void> {
  await tx.project.create({ data: project, select: { id: true } });
}

export async function renameProjectRow(tx: Tx, id: string, name: string): Promise<void> {
  await tx.project.update({ where: { id }, data: { name }, select: { id: true } });
}

/** Those that are not gone. */
export function vmsOfProject(tx: Tx, projectId: string): Promise<(Vm & { plan: Plan })[]> {
  return tx.vm.findMany({ where: { projectId, status: { notIn: GONE } }, include: { plan: true }, orderBy: { id: "asc" } });
}

// SSH keys

export function listSshKeyRows(rt: Runtime, organizationId: string): Promise<SshKey[]> {
  return rt.db.prisma.sshKey.findMany({ where: { organizationId }, orderBy: [{ createdAt: "desc" }, { id: "desc" }] });
}

export function sshKeysById(tx: Tx, organizationId: string, ids: string[]): Promise<SshKey[]> {
  return tx.sshKey.findMany({ where: { organizationId, id: { in: ids } } });
}

/** @returns false when the organization has the key already */
export async function insertSshKey(tx: Tx, key: SshKey): Promise<boolean> {
  return (await tx.sshKey.createMany({ data: [key], skipDuplicates: true })).count === 1;
}

/** @returns false when it was not there */
export async function removeSshKey(tx: Tx, organizationId: string, id: string): Promise<boolean> {
  return (await tx.sshKey.deleteMany({ where: { id, organizationId } })).count === 1;
}

// VMs

export function insertVm(tx: Tx, vm: Prisma.VmUncheckedCreateInput): Promise<Vm> {
  return tx.vm.create({ data: vm });
}

export async function listVmPage(rt: Runtime, filter: VmFilter, page: { page: number; limit: number }): Promise<VmListRow | undefined> {
  const rows = await rt.db.query<VmListRow>(vmListStatement(filter, page.limit, (page.page - 1) * page.limit));
  return rows[0];
}

const VM_RELATIONS = { project: { select: { name: true } }, plan: true, image: true, host: true, addresses: { select: { address: true } } } satisfies Prisma.VmInclude;
export type VmWithRelations = Prisma.VmGetPayload<{ include: typeof VM_RELATIONS }>;

export function vmWithRelations(rt: Runtime, id: string): Promise<VmWithRelations | null> {
  return rt.db.prisma.vm.findUnique({ where: { id }, include: VM_RELATIONS });
}

export function vmWithPlan(tx: Tx, id: string): Promise<(Vm & { plan: Plan }) | null> {
  return tx.vm.findUnique({ where: { id }, include: { plan: true } });
}

/** The VM as a driver needs to know it. */
export async function vmOnHost(rt: Runtime, id: string): Promise<(Vm & { host: Host | null; image: Image }) | null> {
  return rt.db.prisma.vm.findUnique({ where: { id }, include: { host: true, image: true } });
}

/** Addresses of pools that the VM has, with their networks; those of IPv4 first. */
export function addressesOf(rt: Runtime, vmId: string): Promise<Prisma.IpAddressGetPayload<{ include: { pool: true } }>[]> {
  return rt.db.prisma.ipAddress.findMany({ where: { vmId, releasedAt: null }, include: { pool: true }, orderBy: { pool: { family: "asc" } } });
}

/**
 * Gives the VM to an operation, if it is still in the status the caller saw and no other operation has it.
 * @returns whether it was: two people who press at once both see it free, and one gets it
 */
export async function takeVm(tx: Tx, vm: { id: string; status: string }, next: { status: string; operationId: string; at: Date }): Promise<boolean> {
  const taken = await tx.vm.updateMany({
    where: { id: vm.id, status: vm.status, operationId: null },
    data: { status: next.status, statusReason: null, operationId: next.operationId, updatedAt: next.at },
  });
  return taken.count === 1;
}

/** null: there is no such VM. */
export function vmRow(rt: Runtime, id: string): Promise<Vm | null> {
  return rt.db.prisma.vm.findUnique({ where: { id } });
}

/** The VM, locked until the transaction ends; null when there is none. */
export async function findVmForUpdate(tx: Tx, id: string): Promise<Vm | null> {
  await tx.$queryRaw`select 1 from vm where id = ${id} for update`;
  return tx.vm.findUnique({ where: { id } });
}

export async function changeVm(tx: Tx, id: string, data: { name?: string; metadata?: Record<string, string>; updatedAt: Date }): Promise<void> {
  await tx.vm.update({ where: { id }, data, select: { id: true } });
}

/** Takes the VM out of its operation. */
export async function releaseVm(tx: Tx, id: string, data: Prisma.VmUncheckedUpdateInput): Promise<void> {
  await tx.vm.update({ where: { id }, data: { ...data, operationId: null }, select: { id: true } });
}

/** Writes the addresses that the guest has reported. */
export async function writeAddresses(tx: Tx, id: string, addresses: { privateIp: string | null; mac: string | null }): Promise<void> {
  await tx.vm.update({ where: { id }, data: addresses, select: { id: true } });
}

/** The VM with its plan, its row locked. */
export async function lockVm(tx: Tx, id: string): Promise<Vm & { plan: Plan }> {
  await tx.$queryRaw`select 1 from vm where id = ${id} for update`;
  return tx.vm.findUniqueOrThrow({ where: { id }, include: { plan: true } });
}

/** Running VMs, for the collector of metrics. */
export function runningVms(rt: Runtime): Promise<{ id: string; hypervisorRef: string; hostId: string }[]> {
  return rt.db.query({ name: "vm_running", text: `select id, hypervisor_ref as "hypervisorRef", host_id as "hostId" from vm where status = 'running' and host_id is not null and hypervisor_ref is not null order by host_id, id` });
}

/** All but those under maintenance. */
export function hostsInService(rt: Runtime): Promise<Host[]> {
  return rt.db.prisma.host.findMany({ where: { status: { not: "maintenance" } }, orderBy: { id: "asc" } });
}

export function hostsById(rt: Runtime, ids: string[]): Promise<Host[]> {
  return rt.db.prisma.host.findMany({ where: { id: { in: ids } } });
}

/** Scope as a Prisma condition. */
export function within(scope: Scope): { organizationId?: string } {
  return scope === "platform" ? {} : { organizationId: scope.organizationId };
}
