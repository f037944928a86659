import type { Runtime } from "#server/infra/runtime.ts";

export interface ChargeFilter {
  from: Date;
  to: Date;
  projectId: string | null;
  resourceType: string | null;
  resourceId: string | null;
}

export interface ChargeRow {
  hourStart: Date;
  resourceType: string;
  resourceId: string;
  resourceName: string;
  projectId: string | null;
  component: string;
  seconds: number;
  pricePerHour: bigint | null;
  amount: bigint;
  transferId: string | null;
}

/** Where a page ended: its last row's key. */
export interface ChargeMark {
  hourStart: Date;
  resourceId: string;
  component: string;
}

/** The conditions on usage_record, with their values: only those that are asked for, so that each question finds its index. */
function conditions(organizationId: string, filter: ChargeFilter): { where: string; values: unknown[] } {
  const values: unknown[] = [organizationId, filter.from, filter.to];
  let where = "organization_id = $1 and hour_start >= $2::timestamptz and hour_start < $3::timestamptz";
  for (const [column, value] of [["project_id", filter.projectId], ["resource_type", filter.resourceType], ["resource_id", filter.resourceId]] as const) {
    if (value === null) continue;
    values.push(value);
    where += ` and ${column} = $${values.length}`;
  }
  return { where, values };
}

/** A name for each form of a query: what is prepared depends on which conditions are there. */
function nameOf(query: string, { projectId, resourceType, resourceId }: ChargeFilter): string {
  return `${query}_${projectId === null ? 0 : 1}${resourceType === null ? 0 : 1}${resourceId === null ? 0 : 1}`;
}

/** Charges of an organization, the latest hour first, after the mark. */
export async function readCharges(rt: Runtime, organizationId: string, filter: ChargeFilter, after: ChargeMark | null, limit: number): Promise<ChargeRow[]> {
  // The hour stands alone too: a comparison of rows would not bound the scan of an index that has only the hour.
  const { where, values } = conditions(organizationId, after ? { ...filter, to: new Date(Math.min(filter.to.getTime(), after.hourStart.getTime() + 1)) } : filter);
  const beyond = after ? ` and (hour_start, resource_id, component) < ($${values.push(after.hourStart)}::timestamptz, $${values.push(after.resourceId)}, $${values.push(after.component)})` : "";
  return rt.db.query<ChargeRow>({
    name: nameOf(after ? "charges_after" : "charges", filter),
    text: `select hour_start as "hourStart", resource_type as "resourceType", resource_id as "resourceId", resource_name as "resourceName", project_id as "projectId", component, seconds,
        price_per_hour as "pricePerHour", amount, transfer_id as "transferId"
      from usage_record where ${where}${beyond} order by hour_start desc, resource_id desc, component desc limit $${values.push(limit)}::int`,
    values,
  });
}

export interface GroupRow {
  key: string | null;
  name: string | null;
  amount: bigint;
  seconds: bigint;
}

const GROUPS = {
  project: { key: "project_id", name: "null::text", order: "sum(amount) desc, project_id" },
  kind: { key: "resource_type", name: "null::text", order: "sum(amount) desc, resource_type" },
  resource: { key: "resource_id", name: "(array_agg(resource_name order by hour_start desc))[1]", order: "sum(amount) desc, resource_id" },
  day: { key: "to_char(hour_start at time zone 'UTC', 'YYYY-MM-DD')", name: "null::text", order: "1" },
} as const;

export async function groupCharges(rt: Runtime, organizationId: string, by: keyof typeof GROUPS, filter: ChargeFilter): Promise<GroupRow[]> {
  const { where, values } = conditions(organizationId, filter);
  const { key, name, order } = GROUPS[by];
  return rt.db.query<GroupRow>({
    name: nameOf(`charges_by_${by}`, filter),
    text: `select ${key} as key, ${name} as name, sum(amount)::bigint as amount, sum(seconds)::bigint as seconds from usage_record where ${where} group by ${key} order by ${order}`,
    values,
  });
}
