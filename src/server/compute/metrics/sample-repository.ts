import type { VmMetric } from "#server/infra/prisma/client.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { MEASURE_COLUMNS, MEASURE_NAMES, MEASURES } from "./measures.ts";

/** Queries of vm_metric. */
export type Sample = VmMetric;

const SELECTED = MEASURE_NAMES.map((name) => `${MEASURES[name]} as "${name}"`).join(", ");
const COLUMNS = MEASURE_COLUMNS.join(", ");
const ARRAYS = MEASURE_NAMES.map((_, index) => `$${index + 3}::float8[]`).join(", ");

/** The newest sample since `since`; null without one. */
export async function latestSample(rt: Runtime, vmId: string, since: Date): Promise<Sample | null> {
  const rows = await rt.db.query<Sample>({
    name: "vm_metric_latest",
    text: `select vm_id as "vmId", at, ${SELECTED} from vm_metric where vm_id = $1 and at >= $2 order by at desc limit 1`,
    values: [vmId, since],
  });
  return rows[0] ?? null;
}

/** Writes samples; one that is there already (another collector was quicker) stays. A VM that was deleted meanwhile is left out. */
export async function insertSamples(rt: Runtime, rows: readonly Sample[]): Promise<void> {
  await rt.db.query({
    name: "vm_metric_insert",
    text: `insert into vm_metric (vm_id, at, ${COLUMNS})
      select s.* from unnest($1::text[], $2::timestamptz[], ${ARRAYS}) as s(vm_id, at, ${COLUMNS})
      where exists (select 1 from vm where vm.id = s.vm_id)
      on conflict do nothing`,
    values: [rows.map((row) => row.vmId), rows.map((row) => row.at), ...MEASURE_NAMES.map((name) => rows.map((row) => row[name]))],
  });
}
