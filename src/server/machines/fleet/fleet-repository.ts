import type { Runtime } from "#server/infra/runtime.ts";
import type { FleetMachine } from "#shared/machines/fleet.ts";

/** Machines that are not decommissioned, with the number of their open alerts that need somebody, by name. */
export async function findFleet(rt: Runtime, organizationId: string | null, limit: number): Promise<(FleetMachine & { total: number })[]> {
  return rt.db.query<FleetMachine & { total: number }>({
    name: "machines_fleet",
    text: `select machine.id, machine.organization_id as "organizationId", machine.name, machine.status, machine.latitude, machine.longitude,
        coalesce(open.alerts, 0)::int as alerts, count(*) over ()::int as total
      from machine left join (select machine_id, count(*) as alerts from alert
        where state in ('firing', 'acknowledged') and severity in ('warning', 'critical') and ($1::text is null or organization_id = $1) group by machine_id) open on open.machine_id = machine.id
      where machine.status <> 'decommissioned' and ($1::text is null or machine.organization_id = $1)
      order by lower(machine.name), machine.id limit $2`,
    values: [organizationId, limit],
  });
}
