import type { VmMetric } from "#server/infra/prisma/client.ts";
import type { Runtime } from "#server/infra/runtime.ts";

/** Queries of vm_metric. */
export type Sample = VmMetric;

/** The newest sample since `since`; null without one. */
export async function latestSample(rt: Runtime, vmId: string, since: Date): Promise<Sample | null> {
  const rows = await rt.db.query<Sample>({
    name: "vm_metric_latest",
    text: `select vm_id as "vmId", at, cpu_percent as "cpuPercent", memory_used_mb as "memoryUsedMb", disk_read_bps as "diskReadBps", disk_write_bps as "diskWriteBps",
        network_rx_bps as "networkRxBps", network_tx_bps as "networkTxBps"
      from vm_metric where vm_id = $1 and at >= $2 order by at desc limit 1`,
    values: [vmId, since],
  });
  return rows[0] ?? null;
}

/** Writes samples; one that is there already (another collector was quicker) stays. A VM that was deleted meanwhile is left out. */
export async function insertSamples(rt: Runtime, rows: readonly Sample[]): Promise<void> {
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
