import type { Statement } from "#server/infra/database.ts";
import { jsonExpression, jsonObject, jsonPlain, jsonText, jsonTime, jsonValue } from "#server/infra/sql-json.ts";

/**
 * The list of VMs is asked for far more often than anything else: one prepared statement for each set of filters, which answers the page, in the form of
 * the contract, and its total. The database writes the JSON, and this process does not read it: both cost it less than half of reading typed rows.
 */
export interface VmListRow {
  total: number;
  /** JSON, `vmOutput[]` of the contract; null: none on this page */
  data: string | null;
}

export interface VmFilter {
  organizationId: string;
  status?: string | undefined;
  hypervisor?: string | undefined;
  projectId?: string | undefined;
  region?: string | undefined;
  search?: string | undefined;
  includeGone: boolean;
}

/** The fields of the contract; vm-view.ts makes the same of one VM, and a test compares the two. */
const VM = jsonObject({
  id: jsonPlain("v.id"),
  name: jsonText("v.name"),
  status: jsonPlain("v.status"),
  statusReason: jsonText("v.status_reason"),
  unknownSince: jsonTime("case when h.health = 'unreachable' and v.status not in ('terminated', 'rolled_back') then h.health_since end"),
  hypervisor: jsonText("coalesce(h.driver, '')"),
  region: jsonText("v.region"),
  projectId: jsonPlain("v.project_id"),
  ownerId: jsonText("v.owner_id"),
  plan: jsonText("p.slug"),
  templateId: jsonText("i.slug"),
  resources: jsonObject({ cpu: jsonValue("v.vcpu"), memoryGb: jsonValue("v.memory_mb / 1024::float8"), storageGb: jsonValue("v.storage_gb") }),
  network: jsonObject({ privateIp: jsonText("v.private_ip"), publicIp: jsonPlain("a.ipv4"), ipv6: jsonPlain("a.ipv6"), vpcId: jsonValue("'null'") }),
  metadata: jsonValue("v.metadata"),
  operationId: jsonPlain("v.operation_id"),
  pricePerHour: jsonPlain(`(case when v.status in ('provisioning', 'terminated', 'rolled_back') then 0 when v.started_at is null then v.storage_price_per_hour
    else v.compute_price_per_hour + v.storage_price_per_hour end)::text`),
  startedAt: jsonTime("v.started_at"),
  createdAt: jsonTime("v.created_at"),
  updatedAt: jsonTime("v.updated_at"),
});

/** The addresses that pools gave to the VM, at most one of each family. */
const ASSIGNED = `select min(address) filter (where address not like '%:%') as ipv4, min(address) filter (where address like '%:%') as ipv6 from ip_address where vm_id = v.id`;

const CONDITIONS = {
  status: (n: number) => `v.status = $${n}`,
  hypervisor: (n: number) => `v.host_id in (select id from host where driver = $${n})`,
  projectId: (n: number) => `v.project_id = $${n}`,
  region: (n: number) => `v.region = $${n}`,
  search: (n: number) => `(v.name like '%' || $${n} || '%' or v.id like $${n} || '%')`,
  address: (n: number) => `(v.name like '%' || $${n} || '%' or v.private_ip like $${n} || '%' or v.id = (select vm_id from ip_address where address = $${n + 1}))`,
} as const;

/** Part of an IPv4 or IPv6 address; such a text is never the beginning of an id. */
const ADDRESS = /^[0-9a-f]*[.:][0-9a-f.:]*$/;

const texts = new Map<string, string>();

/** The page of VMs that the filter and the page ask for, newest first. */
export function vmListStatement(filter: VmFilter, limit: number, offset: number): Statement {
  const search = (filter.search ?? "").toLowerCase();
  const given = (["status", "hypervisor", "projectId", "region"] as const).filter((key) => filter[key] !== undefined);
  // Its parameters come last: an address has two.
  const sought = search === "" ? [] : ADDRESS.test(search) ? (["address"] as const) : (["search"] as const);
  const keys = [...given, ...sought];
  const gone = filter.includeGone || filter.status !== undefined;
  const name = `vm_list:${keys.join("+")}${gone ? ":all" : ""}`;
  let text = texts.get(name);
  if (!text) {
    const conditions = ["v.organization_id = $1", ...keys.map((key, index) => CONDITIONS[key](index + 4))];
    if (!gone) conditions.push("v.status not in ('terminated', 'rolled_back')");
    const where = conditions.join(" and ");
    // A search reads every row of the organization: once, for the total and the page together. The others find both in the index.
    const [first, total, page] =
      sought.length > 0
        ? [
            `with found as materialized (select v.id, v.created_at from vm v where ${where})`,
            "select count(*)::int from found",
            "select v.* from (select id from found order by created_at desc, id desc limit $2 offset $3) f join vm v on v.id = f.id",
          ]
        : ["", `select count(*)::int from vm v where ${where}`, `select * from vm v where ${where} order by v.created_at desc, v.id desc limit $2 offset $3`];
    // An aggregate takes the rows of a sorted subquery in their order (PostgreSQL, 9.21).
    text = `${first} select (${total}) as total,
      (select '[' || string_agg(r.vm, ',') || ']' from (select ${jsonExpression(VM)} as vm
        from (${page}) v
          join plan p on p.id = v.plan_id join image i on i.id = v.image_id left join host h on h.id = v.host_id
          left join lateral (${ASSIGNED}) a on true
        order by v.created_at desc, v.id desc) r) as data`;
    texts.set(name, text);
  }
  const soughtValues = { search: [escapeLike(search)], address: [escapeLike(search), search] };
  const values = [...given.map((key) => filter[key]), ...sought.flatMap((key) => soughtValues[key])];
  // A search may read for long; those behind it must not wait.
  return { name, text, values: [filter.organizationId, limit, offset, ...values], short: sought.length === 0 };
}

function escapeLike(text: string): string {
  return text.replaceAll(/[\\%_]/g, "\\$&");
}
