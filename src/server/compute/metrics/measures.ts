import type { VmUsage } from "../drivers/driver.ts";

/** What is kept of a VM's usage, as columns of vm_metric and vm_metric_rollup: doubles, all of them. Roll-ups have the processor's peak too. */
export const MEASURES = {
  cpuPercent: "cpu_percent",
  memoryUsedMb: "memory_used_mb",
  diskReadBps: "disk_read_bps",
  diskWriteBps: "disk_write_bps",
  networkRxBps: "network_rx_bps",
  networkTxBps: "network_tx_bps",
  cpuUserPercent: "cpu_user_percent",
  cpuSystemPercent: "cpu_system_percent",
  cpuIowaitPercent: "cpu_iowait_percent",
  diskReadIops: "disk_read_iops",
  diskWriteIops: "disk_write_iops",
} as const satisfies Record<keyof Omit<VmUsage, "ref">, string>;

export type Measure = keyof typeof MEASURES;
export type Usage = Pick<VmUsage, Measure>;

// Object.keys gives back what the object was written with.
export const MEASURE_NAMES = Object.keys(MEASURES) as Measure[];
export const MEASURE_COLUMNS = Object.values(MEASURES);
export const PEAK = "cpu_percent_max";

/** A host that answers nonsense must not spoil the means of a whole year. */
export function isSane(usage: Usage): boolean {
  return MEASURE_NAMES.every((name) => usage[name] === null || (Number.isFinite(usage[name]) && usage[name] >= 0));
}

/** The mean over rows of which each stands for `samples`; those that do not have the value do not count. */
export function meanOf(column: string): string {
  return `sum(${column} * samples) / nullif(sum(samples) filter (where ${column} is not null), 0)`;
}
