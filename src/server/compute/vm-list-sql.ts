import type { Statement } from "#server/infra/database.ts";

/** The list of VMs is asked for far more often than anything else: one prepared statement for each set of filters, with the page and its total. */
export interface VmListRow {
  total: number;
  /** null in the one row of an empty page, as all that follows */
  id: string | null;
  name: string;
  status: string;
  statusReason: string | null;
  driver: string | null;
  region: string;
  projectId: string;
  ownerId: string;
  plan: string;
  image: string;
  vcpu: number;
  memoryMb: number;
  storageGb: number;
  privateIp: string | null;
  metadata: Record<string, string>;
  operationId: string | null;
  computePrice: bigint;
  storagePrice: bigint;
  startedAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
}

export interface VmFilter {
  organizationId: string;
  status?: string | undefined;
  hypervisor?: string | undefined;
  projectId?: string | undefined;
  search?: string | undefined;
  includeGone: boolean;
}

export const VM_COLUMNS = `v.id, v.name, v.status, v.status_reason as "statusReason", h.driver, v.region, v.project_id as "projectId", v.owner_id as "ownerId",
  p.slug as plan, i.slug as image, v.vcpu, v.memory_mb as "memoryMb", v.storage_gb as "storageGb", v.private_ip as "privateIp", v.metadata,
  v.operation_id as "operationId", p.compute_price_per_hour as "computePrice", p.storage_price_per_hour as "storagePrice",
  v.started_at as "startedAt", v.created_at as "createdAt", v.updated_at as "updatedAt"`;

const CONDITIONS = {
  status: (n: number) => `v.status = $${n}`,
  hypervisor: (n: number) => `v.host_id in (select id from host where driver = $${n})`,
  projectId: (n: number) => `v.project_id = $${n}`,
  search: (n: number) => `(v.name like '%' || $${n} || '%' or v.id like $${n} || '%')`,
} as const;

const texts = new Map<string, string>();

/** The page of VMs that the filter and the page ask for, newest first. */
export function vmListStatement(filter: VmFilter, limit: number, offset: number): Statement {
  const given = (Object.keys(CONDITIONS) as (keyof typeof CONDITIONS)[]).filter((key) => filter[key] !== undefined && filter[key] !== "");
  const gone = filter.includeGone || filter.status !== undefined;
  const name = `vm_list:${given.join("+")}${gone ? ":all" : ""}`;
  let text = texts.get(name);
  if (!text) {
    const conditions = ["v.organization_id = $1", ...given.map((key, index) => CONDITIONS[key](index + 4))];
    if (!gone) conditions.push("v.status not in ('terminated', 'rolled_back')");
    const where = conditions.join(" and ");
    text = `select t.total, r.* from (select count(*)::int as total from vm v where ${where}) t
      left join (select ${VM_COLUMNS} from (select * from vm v where ${where} order by v.created_at desc, v.id desc limit $2 offset $3) v
        join plan p on p.id = v.plan_id join image i on i.id = v.image_id left join host h on h.id = v.host_id) r on true
      order by r."createdAt" desc, r.id desc`;
    texts.set(name, text);
  }
  const values = given.map((key) => (key === "search" ? escapeLike((filter.search ?? "").toLowerCase()) : filter[key]));
  return { name, text, values: [filter.organizationId, limit, offset, ...values] };
}

function escapeLike(text: string): string {
  return text.replaceAll(/[\\%_]/g, "\\$&");
}
