import type { Runtime } from "#server/infra/runtime.ts";
import { likePattern } from "#server/infra/sql-text.ts";

const GONE = "('terminated', 'rolled_back')";

export async function countVmsByStatus(rt: Runtime): Promise<Map<string, number>> {
  const rows = await rt.db.query<{ status: string; count: bigint }>({ text: `select status, count(*) as count from vm where status not in ${GONE} group by status` });
  return new Map(rows.map((row) => [row.status, Number(row.count)]));
}

export async function countVmsByOrganization(rt: Runtime, organizationIds: readonly string[]): Promise<Map<string, number>> {
  const rows = await rt.db.query<{ id: string; count: bigint }>({
    name: "compute_vms_by_organization",
    text: `select organization_id as id, count(*) as count from vm where organization_id = any($1::text[]) and status not in ${GONE} group by organization_id`,
    values: [organizationIds],
  });
  return new Map(rows.map((row) => [row.id, Number(row.count)]));
}

export async function planNames(rt: Runtime, ids: readonly string[]): Promise<Map<string, string>> {
  const rows = await rt.db.query<{ id: string; name: string }>({ text: "select id, name from plan where id = any($1::text[])", values: [ids] });
  return new Map(rows.map((row) => [row.id, row.name]));
}

export async function countOperations(rt: Runtime, failedSince: Date): Promise<{ running: number; failed: number }> {
  const rows = await rt.db.query<{ running: bigint; failed: bigint }>({
    text: `select (select count(*) from operation where status in ('queued', 'running')) as running,
      (select count(*) from operation where status = 'failed' and finished_at >= $1) as failed`,
    values: [failedSince],
  });
  return { running: Number(rows[0]?.running ?? 0n), failed: Number(rows[0]?.failed ?? 0n) };
}

/** Which of these subjects have an operation that is not over. */
export async function subjectsOfRunning(rt: Runtime, subjectIds: readonly string[]): Promise<string[]> {
  const rows = await rt.db.query<{ id: string }>({
    name: "compute_subjects_under_way",
    text: `select distinct subject_id as id from operation where subject_id = any($1::text[]) and status in ('queued', 'running')`,
    values: [subjectIds],
  });
  return rows.map((row) => row.id);
}

export interface HostUse {
  id: string;
  name: string;
  driver: string;
  region: string;
  status: string;
  vcpu: number;
  memoryMb: number;
  vcpuUsed: bigint;
  memoryUsedMb: bigint;
}

export async function hostUse(rt: Runtime): Promise<HostUse[]> {
  return rt.db.query<HostUse>({
    text: `select h.id, h.name, h.driver, h.region, h.status, h.vcpu, h.memory_mb as "memoryMb",
        coalesce(sum(v.vcpu), 0)::bigint as "vcpuUsed", coalesce(sum(v.memory_mb), 0)::bigint as "memoryUsedMb"
      from host h left join vm v on v.host_id = h.id and v.status not in ${GONE} group by h.id order by h.name`,
  });
}

export interface AdminVmRow {
  id: string;
  name: string;
  status: string;
  organizationId: string;
  plan: string;
  host: string | null;
  privateIp: string | null;
  createdAt: Date;
  total: bigint;
}

/** VMs of all organizations, newest first, by state and by name, id or address. */
export async function findAllVms(rt: Runtime, filter: { status: string | undefined; search: string | undefined; limit: number; offset: number }): Promise<AdminVmRow[]> {
  return rt.db.query<AdminVmRow>({
    name: "compute_all_vms",
    text: `select v.id, v.name, v.status, v.organization_id as "organizationId", p.name as plan, h.name as host, v.private_ip as "privateIp",
        v.created_at as "createdAt", count(*) over () as total
      from vm v join plan p on p.id = v.plan_id left join host h on h.id = v.host_id
      where ($1::text is null and v.status not in ${GONE} or v.status = $1) and ($2::text is null or v.name ilike $2 or v.id = $3 or v.private_ip = $3)
      order by v.created_at desc, v.id desc limit $4 offset $5`,
    values: [filter.status ?? null, filter.search ? likePattern(filter.search) : null, filter.search ?? "", filter.limit, filter.offset],
  });
}

export async function findHostReach(rt: Runtime): Promise<{ name: string; health: string }[]> {
  return rt.db.prisma.host.findMany({ where: { status: { not: "maintenance" } }, orderBy: { name: "asc" }, select: { name: true, health: true } });
}
