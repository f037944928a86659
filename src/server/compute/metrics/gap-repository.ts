import type { Tx } from "#server/infra/events.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { MEASURE_COLUMNS, MEASURE_NAMES, PEAK } from "./measures.ts";
import type { PastMinute } from "./past-minutes.ts";

/** Queries of what is missing of VMs' usage, and of what is put there. */

/** Until when something is known of the VMs' usage, before `before`; a VM that has nothing from since it was started. */
export function knownUntil(rt: Runtime, vmIds: readonly string[], before: Date): Promise<{ id: string; until: Date }[]> {
  return rt.db.query({
    name: "vm_metric_known_until",
    text: `select id, greatest(coalesce(started_at, created_at),
        (select max(at) from vm_metric where vm_id = vm.id and at < $2),
        (select max(at) from vm_metric_rollup where vm_id = vm.id and resolution = 60 and at < $2) + interval '1 minute') as until
      from vm where id = any ($1::text[])`,
    values: [vmIds, before],
  });
}

const COLUMNS = [PEAK, ...MEASURE_COLUMNS].join(", ");
const ARRAYS = [PEAK, ...MEASURE_COLUMNS].map((_, index) => `$${index + 5}::float8[]`).join(", ");

/** Writes minutes that are not there yet; from the first on, what is made of minutes is due to be made again. A VM that was deleted meanwhile is left out. */
export async function insertMinutes(tx: Tx, vmId: string, minutes: readonly PastMinute[]): Promise<void> {
  const [first] = minutes;
  if (!first) return;
  await tx.$executeRawUnsafe(
    `insert into vm_metric_rollup (vm_id, resolution, at, samples, up_seconds, ${COLUMNS})
     select $1, 60, m.* from unnest($2::timestamptz[], $3::int[], $4::int[], ${ARRAYS}) as m(at, samples, up_seconds, ${COLUMNS})
     where exists (select 1 from vm where vm.id = $1)
     on conflict do nothing`,
    vmId,
    minutes.map((minute) => minute.at),
    minutes.map((minute) => minute.samples),
    minutes.map((minute) => minute.upSeconds),
    minutes.map((minute) => minute.peak),
    ...MEASURE_NAMES.map((name) => minutes.map((minute) => minute.means[name])),
  );
  await tx.$executeRaw`update vm_metric_watermark set at = least(at, date_bin(make_interval(secs => resolution), ${first.at}::timestamptz, '2000-01-01 00:00:00Z')) where resolution > 60`;
}
