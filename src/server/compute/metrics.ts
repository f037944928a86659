import type { z } from "zod";
import type { vmMetricsInput, vmMetricsOutput } from "#shared/compute/schema.ts";
import type { Scope } from "#server/identity/actor.ts";
import { type Loop, startLoop } from "#server/infra/loop.ts";
import type { Host } from "#server/infra/prisma/client.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { callDriver } from "./drivers/call.ts";
import { driverOf } from "./drivers/registry.ts";
import { deleteMetrics, insertMetrics, type MetricRow, metricSeries } from "./metrics-repository.ts";
import { visible } from "./policy.ts";
import { hostsById, runningVms, vmWithRelations } from "./repository.ts";

const RANGES = {
  "15m": { seconds: 900, bucketSeconds: 15 },
  "1h": { seconds: 3_600, bucketSeconds: 60 },
  "6h": { seconds: 21_600, bucketSeconds: 300 },
  "24h": { seconds: 86_400, bucketSeconds: 900 },
} as const;

const HOST_TIMEOUT_MS = 10_000;
const KEPT_MS = 24 * 3_600_000;
const PURGE_BATCH = 10_000;

/** A VM's usage over a range, as means of equal buckets; buckets without a sample are left out. */
export async function getVmMetrics(rt: Runtime, scope: Scope, input: z.infer<typeof vmMetricsInput>): Promise<z.infer<typeof vmMetricsOutput>> {
  const vm = visible(await vmWithRelations(rt, input.id), scope, "VM");
  const { seconds, bucketSeconds } = RANGES[input.range];
  const rows = await metricSeries(rt, vm.id, new Date(rt.clock.now().getTime() - seconds * 1_000), bucketSeconds);
  return { vmId: vm.id, memoryTotalMb: vm.memoryMb, bucketSeconds, series: rows.map((row) => ({ ...row, at: row.at.toISOString() })) };
}

/**
 * Asks each host once for the usage of its running VMs, keeps it and shows it live. The time is cut to the interval, so that of several
 * collectors one alone writes each sample. A host that does not answer costs the others nothing.
 */
export async function collectMetrics(rt: Runtime, intervalMs: number): Promise<void> {
  const vms = await runningVms(rt);
  if (vms.length === 0) return;
  const byHost = Map.groupBy(vms, (vm) => vm.hostId);
  const hosts = await hostsById(rt, [...byHost.keys()]);
  const at = new Date(Math.floor(rt.clock.now().getTime() / intervalMs) * intervalMs);
  const collected = await Promise.all(hosts.map((host) => collectHost(rt, host, byHost.get(host.id) ?? [], at)));
  const rows = collected.flat();
  if (rows.length === 0) return;
  await insertMetrics(rt, rows);
  for (const { vmId, at: sampled, ...values } of rows) {
    rt.realtime.publish({ rooms: [`vm:${vmId}`], name: "vm.metrics", data: { vmId, at: sampled.toISOString(), ...values } });
  }
}

async function collectHost(rt: Runtime, host: Host, vms: readonly { id: string; hypervisorRef: string }[], at: Date): Promise<MetricRow[]> {
  const ids = new Map(vms.map((vm) => [vm.hypervisorRef, vm.id]));
  try {
    const driver = driverOf(rt, host);
    const usage = await callDriver({ signal: new AbortController().signal, timeoutMs: HOST_TIMEOUT_MS, key: `usage:${host.id}` }, (call) => driver.usage([...ids.keys()], call));
    return usage.flatMap(({ ref, ...values }) => {
      const vmId = ids.get(ref);
      return vmId === undefined ? [] : [{ vmId, at, ...values }];
    });
  } catch (error) {
    rt.log.warn({ err: error, host: host.name }, "metrics: the host gave no usage");
    return [];
  }
}

/** Every 5 s in the demo, every 30 s in production. */
export function startMetricsCollector(rt: Runtime): Loop {
  const intervalMs = rt.config.mode === "demo" ? 5_000 : 30_000;
  return startLoop({ name: "vm-metrics", pauseMs: intervalMs, log: rt.log }, () => collectMetrics(rt, intervalMs));
}

/** Deletes samples older than a day. @returns how many */
export async function purgeMetrics(rt: Runtime): Promise<number> {
  const before = new Date(rt.clock.now().getTime() - KEPT_MS);
  let total = 0;
  for (;;) {
    const gone = await deleteMetrics(rt, before, PURGE_BATCH);
    total += gone;
    if (gone < PURGE_BATCH) return total;
  }
}
