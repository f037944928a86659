import type { Scope } from "#server/identity/actor.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { visibleMachines } from "../policy.ts";

/** Machines in service that a rule of the scope would be about. */
export async function findTargets(rt: Runtime, scope: Scope, target: { machineId: string | null; templateId: string | null }): Promise<string[]> {
  const rows = await rt.db.prisma.machine.findMany({
    where: { ...visibleMachines(scope), status: { in: ["online", "offline"] }, ...(target.machineId === null ? {} : { id: target.machineId }), ...(target.templateId === null ? {} : { templateId: target.templateId }) },
    select: { id: true },
    orderBy: { id: "asc" },
  });
  return rows.map((row) => row.id);
}

/** One machine's readings of a metric since then, oldest first, at most `limit`: times in milliseconds and values, as two lists. */
export async function findSeries(rt: Runtime, machineId: string, metric: string, since: Date, limit: number): Promise<{ times: number[]; values: number[] }> {
  const rows = await rt.db.query<{ times: number[] | null; values: number[] | null }>({
    name: "alerts_preview_series",
    text: `select array_agg(at order by received_at, seq) as times, array_agg(value order by received_at, seq) as values from (
        select received_at, seq, (extract(epoch from received_at) * 1000)::float8 as at, (payload -> 'metrics' ->> $2)::float8 as value from device_message
        where machine_id = $1 and kind = 'tele' and received_at >= $3::timestamptz and jsonb_exists(payload -> 'metrics', $2) limit $4) reading`,
    values: [machineId, metric, since.toISOString(), limit],
  });
  return { times: rows[0]?.times ?? [], values: rows[0]?.values ?? [] };
}

/** When the machines went away and came back since then, in order. */
export async function findAbsences(rt: Runtime, machineIds: readonly string[], since: Date): Promise<{ machineId: string; away: boolean; at: number }[]> {
  return rt.db.query<{ machineId: string; away: boolean; at: number }>({
    name: "alerts_preview_absences",
    text: `select machine_id as "machineId", type = 'machine.offline' as away, (extract(epoch from at) * 1000)::float8 as at from machine_connection
      where machine_id = any($1::text[]) and type in ('machine.offline', 'machine.online') and at >= $2::timestamptz order by at, id`,
    values: [machineIds, since.toISOString()],
  });
}
