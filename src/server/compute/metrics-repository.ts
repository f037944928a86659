import type { VmMetric } from "#server/infra/prisma/client.ts";
import type { Runtime } from "#server/infra/runtime.ts";

/** Queries of vm_metric. */
export type MetricRow = Omit<VmMetric, "vm">;

/** The newest sample since `since`; null without one. */
export async function latestMetric(rt: Runtime, vmId: string, since: Date): Promise<{ at: Date; cpuPercent: number; memoryUsedMb: number } | null> {
  const rows = await rt.db.query<{ at: Date; cpuPercent: number; memoryUsedMb: number }>({
    name: "vm_metric_latest",
    text: `select at, cpu_percent as "cpuPercent", memory_used_mb as "memoryUsedMb" from vm_metric where vm_id = $1 and at >= $2 order by at desc limit 1`,
    values: [vmId, since],
  });
  return rows[0] ?? null;
}

/** Writes samples; one that is there already (another collector was quicker) stays. A VM that was deleted meanwhile is left out. */
export async function insertMetrics(rt: Runtime, rows: readonly MetricRow[]): Promise<void> {
  await rt.db.query({
    name: "vm_metric_insert",
    text: `insert into vm_metric (vm_id, at, cpu_percent, memory_used_mb, disk_read_bps, disk_write_bps, network_rx_bps, network_tx_bps)
      select s.* from unnest($1::text[], $2::timestamptz[], $3::float8[], $4::float8[], $5::float8[], $6::float8[], $7::float8[], $8::float8[])
        as s(vm_id, at, cpu_percent, memory_used_mb, disk_read_bps, disk_write_bps, network_rx_bps, network_tx_bps)
      where exists (select 1 from vm where vm.id = s.vm_id)
      on conflict do nothing`,
    values: [
      rows.map((row) => row.vmId),
      rows.map((row) => row.at),
      rows.map((row) => row.cpuPercent),
      rows.map((row) => row.memoryUsedMb),
      rows.map((row) => row.diskReadBps),
      rows.map((row) => row.diskWriteBps),
      rows.map((row) => row.networkRxBps),
      rows.map((row) => row.networkTxBps),
    ],
  });
}

/** Means of buckets of `bucketSeconds` since `from`. */
export function metricSeries(rt: Runtime, vmId: string, from: Date, bucketSeconds: number): Promise<Omit<MetricRow, "vmId">[]> {
  return rt.db.query({
    name: "vm_metric_series",
    text: `select date_bin(make_interval(secs => $3::float8), at, timestamptz '2000-01-01 00:00:00Z') as at,
        avg(cpu_percent) as "cpuPercent", avg(memory_used_mb) as "memoryUsedMb", avg(disk_read_bps) as "diskReadBps", avg(disk_write_bps) as "diskWriteBps",
        avg(network_rx_bps) as "networkRxBps", avg(network_tx_bps) as "networkTxBps"
      from vm_metric where vm_id = $1 and at >= $2 group by 1 order by 1`,
    values: [vmId, from, bucketSeconds],
  });
}

/** Deletes up to `limit` samples from before `before`. @returns how many */
export async function deleteMetrics(rt: Runtime, before: Date, limit: number): Promise<number> {
  const rows = await rt.db.query<{ count: number }>({
    name: "vm_metric_purge",
    text: `with gone as (delete from vm_metric where ctid = any (array(select ctid from vm_metric where at < $1 limit $2)) returning 1) select count(*)::int as count from gone`,
    values: [before, limit],
  });
  return rows[0]?.count ?? 0;
}
