import type { Tx } from "#server/infra/events.ts";
import type { Host, HostFinding, Prisma, Vm } from "#server/infra/prisma/client.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { vmIdOfRef } from "../drivers/driver.ts";

const GONE = ["terminated", "rolled_back"];

export interface FindingDetails {
  name: string | null;
  power: string | null;
  vcpu: number | null;
  memoryMb: number | null;
  storageGb: number | null;
  privateIp: string | null;
  mac: string | null;
  ours: boolean;
}

export interface Found {
  kind: "unknown_vm" | "missing_vm";
  ref: string;
  vmId: string | null;
  details: FindingDetails;
}

/** The host's VMs that are not gone, and those that are but bear one of the names. */
export function vmsForSweep(rt: Runtime, hostId: string, refs: string[]): Promise<Vm[]> {
  return rt.db.prisma.vm.findMany({ where: { hostId, OR: [{ status: { notIn: GONE } }, { hypervisorRef: { in: refs } }] }, orderBy: { id: "asc" } });
}

export interface NamedVm {
  id: string;
  hypervisorRef: string | null;
  hostId: string | null;
  operationId: string | null;
}

/**
 * VMs that are there and that a name seen on the host can mean: one that we gave is that VM's wherever it is; any other means the same VM on this host and on
 * those of its cluster, which have its address.
 */
export function vmsMeant(db: Pick<Tx, "vm">, host: Pick<Host, "id" | "endpoint">, refs: string[]): Promise<NamedVm[]> {
  if (refs.length === 0) return Promise.resolve([]);
  const ours = refs.filter((ref) => vmIdOfRef(ref) !== null);
  const places: Prisma.VmWhereInput[] = [{ hostId: host.id }, ...(host.endpoint === null ? [] : [{ host: { endpoint: host.endpoint } }]), { hypervisorRef: { in: ours } }];
  return db.vm.findMany({ where: { hypervisorRef: { in: refs }, status: { notIn: GONE }, OR: places }, select: { id: true, hypervisorRef: true, hostId: true, operationId: true } });
}

/**
 * Writes what was found on the host, and that what was not found any more has gone by itself. One that an administrator has just decided about is left alone:
 * what was seen may be older than the decision.
 * @param undecided names that could not be judged this time
 */
export async function writeFindings(tx: Tx, hostId: string, found: readonly (Found & { id: string })[], undecided: readonly string[], at: Date, decidedBefore: Date): Promise<void> {
  for (const { id, kind, ref, vmId, details } of found) {
    await tx.$executeRaw`insert into host_finding (id, host_id, kind, ref, vm_id, details, first_seen_at, last_seen_at) values (${id}, ${hostId}, ${kind}, ${ref}, ${vmId}, ${JSON.stringify(details)}::jsonb, ${at}, ${at})
      on conflict (host_id, kind, ref) do update set vm_id = excluded.vm_id, details = excluded.details, last_seen_at = excluded.last_seen_at, resolved_at = null, resolution = null,
        first_seen_at = case when host_finding.resolved_at is null then host_finding.first_seen_at else excluded.first_seen_at end,
        ignored_at = case when host_finding.resolved_at is null then host_finding.ignored_at end
      where host_finding.resolved_at is null or host_finding.resolution = 'gone by itself' or host_finding.resolved_at < ${decidedBefore}`;
  }
  const kept = [...found.map(({ kind, ref }) => `${kind} ${ref}`), ...undecided.flatMap((ref) => [`unknown_vm ${ref}`, `missing_vm ${ref}`])];
  await tx.$executeRaw`update host_finding set resolved_at = ${at}, resolution = 'gone by itself'
    where host_id = ${hostId} and resolved_at is null and not (kind || ' ' || ref = any(${kept}::text[]))`;
}

const WITH_HOST = { host: { select: { name: true } } } satisfies Prisma.HostFindingInclude;
export type FindingWithHost = Prisma.HostFindingGetPayload<{ include: typeof WITH_HOST }>;

const VIEWS = {
  open: { resolvedAt: null, ignoredAt: null },
  ignored: { resolvedAt: null, ignoredAt: { not: null } },
  resolved: { resolvedAt: { not: null } },
} satisfies Record<string, Prisma.HostFindingWhereInput>;

export async function listFindingRows(rt: Runtime, filter: { hostId?: string | undefined; view: keyof typeof VIEWS }, page: { page: number; limit: number }): Promise<{ rows: FindingWithHost[]; total: number }> {
  const where: Prisma.HostFindingWhereInput = { ...VIEWS[filter.view], ...(filter.hostId ? { hostId: filter.hostId } : {}) };
  const [rows, total] = await Promise.all([
    rt.db.prisma.hostFinding.findMany({ where, include: WITH_HOST, orderBy: [{ lastSeenAt: "desc" }, { id: "desc" }], skip: (page.page - 1) * page.limit, take: page.limit }),
    rt.db.prisma.hostFinding.count({ where }),
  ]);
  return { rows, total };
}

export function findingById(rt: Runtime, id: string): Promise<FindingWithHost | null> {
  return rt.db.prisma.hostFinding.findUnique({ where: { id }, include: WITH_HOST });
}

/** The finding, its row locked until the transaction ends: of two administrators one decides. */
export async function lockFinding(tx: Tx, id: string): Promise<HostFinding | null> {
  await tx.$queryRaw`select 1 from host_finding where id = ${id} for update`;
  return tx.hostFinding.findUnique({ where: { id } });
}

export async function updateFinding(tx: Tx, id: string, data: Prisma.HostFindingUncheckedUpdateInput): Promise<void> {
  await tx.hostFinding.update({ where: { id }, data, select: { id: true } });
}

export async function vmExists(tx: Tx, id: string): Promise<boolean> {
  return (await tx.vm.count({ where: { id } })) > 0;
}

export async function namesOfVms(rt: Runtime, ids: string[]): Promise<Map<string, string>> {
  const rows = await rt.db.prisma.vm.findMany({ where: { id: { in: ids } }, select: { id: true, name: true } });
  return new Map(rows.map((vm) => [vm.id, vm.name]));
}

export async function planAndImage(tx: Tx, planId: string, imageId: string) {
  return { plan: await tx.plan.findUnique({ where: { id: planId } }), image: await tx.image.findUnique({ where: { id: imageId } }) };
}

/** The VM stands on another host. */
export async function rehomeVm(tx: Tx, id: string, host: Pick<Host, "id" | "region">, at: Date): Promise<void> {
  await tx.vm.update({ where: { id }, data: { hostId: host.id, region: host.region, updatedAt: at }, select: { id: true } });
}

/** The organization's projects, and what is for sale. */
export async function adoptionChoices(rt: Runtime, organizationId: string) {
  const { prisma } = rt.db;
  const order = [{ position: "asc" }, { id: "asc" }] as const satisfies object[];
  const [projects, plans, images] = await Promise.all([
    prisma.project.findMany({ where: { organizationId, deletedAt: null }, select: { id: true, name: true }, orderBy: { name: "asc" }, take: 500 }),
    prisma.plan.findMany({ where: { active: true }, select: { id: true, name: true, vcpu: true, memoryMb: true, storageGb: true }, orderBy: [...order] }),
    prisma.image.findMany({ where: { active: true }, select: { id: true, name: true }, orderBy: [...order] }),
  ]);
  return { projects, plans, images };
}
