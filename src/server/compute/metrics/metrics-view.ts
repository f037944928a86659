import type { MetricGroup, MetricPoint, VmMetricsView } from "#shared/compute/metrics.ts";
import type { Sample } from "./sample-repository.ts";
import type { Column, Series } from "./series-repository.ts";

/** Usage in the form and the units of the contract. */
const COLUMNS: Record<MetricGroup, readonly Column[]> = {
  cpu: ["cpu_percent", "cpu_percent_max", "cpu_user_percent", "cpu_system_percent", "cpu_iowait_percent"],
  memory: ["memory_used_mb"],
  disk: ["disk_read_bps", "disk_write_bps", "disk_read_iops", "disk_write_iops"],
  network: ["network_rx_bps", "network_tx_bps"],
};

export function columnsOf(groups: readonly MetricGroup[]): Column[] {
  return groups.flatMap((group) => COLUMNS[group]);
}

export function pointsOf(series: Series, groups: readonly MetricGroup[]): MetricPoint[] {
  const at = (column: Column, index: number): number => series[column]?.[index] ?? 0;
  const told = (column: Column, index: number): number | null => hundredths(series[column]?.[index] ?? null);
  const write: Record<MetricGroup, (point: MetricPoint, index: number) => void> = {
    cpu: (point, index) => (point.cpu = {
      usagePercent: rounded(at("cpu_percent", index), 100),
      peakPercent: rounded(at("cpu_percent_max", index), 100),
      userPercent: told("cpu_user_percent", index),
      systemPercent: told("cpu_system_percent", index),
      iowaitPercent: told("cpu_iowait_percent", index),
    }),
    memory: (point, index) => (point.memory = { usedGb: gigabytes(at("memory_used_mb", index)) }),
    disk: (point, index) => (point.disk = {
      readMbps: megabytes(at("disk_read_bps", index)),
      writeMbps: megabytes(at("disk_write_bps", index)),
      readIops: told("disk_read_iops", index),
      writeIops: told("disk_write_iops", index),
    }),
    network: (point, index) => (point.network = { rxMbps: megabits(at("network_rx_bps", index)), txMbps: megabits(at("network_tx_bps", index)) }),
  };
  const writers = groups.map((group) => write[group]);
  return series.at.map((seconds, index) => {
    const point: MetricPoint = { timestamp: new Date(seconds * 1_000).toISOString() };
    for (const each of writers) each(point, index);
    return point;
  });
}

export function latestView(sample: Sample, vm: { memoryMb: number }, groups: readonly MetricGroup[]): VmMetricsView["metrics"] {
  const cpu = {
    usagePercent: rounded(sample.cpuPercent, 100),
    userPercent: hundredths(sample.cpuUserPercent),
    systemPercent: hundredths(sample.cpuSystemPercent),
    iowaitPercent: hundredths(sample.cpuIowaitPercent),
  };
  const disk = {
    readMbps: megabytes(sample.diskReadBps),
    writeMbps: megabytes(sample.diskWriteBps),
    readIops: hundredths(sample.diskReadIops),
    writeIops: hundredths(sample.diskWriteIops),
  };
  return {
    ...(groups.includes("cpu") ? { cpu } : {}),
    ...(groups.includes("memory")
      ? { memory: { totalGb: gigabytes(vm.memoryMb), usedGb: gigabytes(sample.memoryUsedMb), freeGb: gigabytes(Math.max(0, vm.memoryMb - sample.memoryUsedMb)) } }
      : {}),
    ...(groups.includes("disk") ? { disk } : {}),
    ...(groups.includes("network") ? { network: { rxMbps: megabits(sample.networkRxBps), txMbps: megabits(sample.networkTxBps) } } : {}),
  };
}

function rounded(value: number, parts: number): number {
  return Math.round(value * parts) / parts;
}

/** null: not known. */
function hundredths(value: number | null): number | null {
  return value === null ? null : rounded(value, 100);
}

/** Bytes a second as megabytes a second, to the byte. */
function megabytes(bps: number): number {
  return rounded(bps / 1e6, 1e6);
}

/** Bytes a second as megabits a second, to the bit. */
function megabits(bps: number): number {
  return rounded((bps * 8) / 1e6, 1e6);
}

/** Of 1 024 MB, as memory is sold. */
function gigabytes(mb: number): number {
  return rounded(mb / 1_024, 1e4);
}
