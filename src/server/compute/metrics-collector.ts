import type { Loop } from "#server/infra/loop.ts";
import { startLoop } from "#server/infra/loop.ts";
import type { Host } from "#server/infra/prisma/client.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { callDriver } from "./drivers/call.ts";
import { type VmUsage, vmIdOfRef } from "./drivers/driver.ts";
import { driverOf } from "./drivers/registry.ts";
import { insertMetrics } from "./metrics-repository.ts";
import { hostsById, runningVms } from "./repository.ts";

/** The demo is watched by somebody who waits; a fleet is not. */
const INTERVAL_MS = { demo: 5_000, production: 30_000 } as const;
const HOST_TIMEOUT_MS = 10_000;

/**
 * Samples the usage of all running VMs: one call a host, one insert a host, one live message a VM. Times are cut to the interval, so the samples of several
 * collectors fall on each other and the database keeps one. A host that fails leaves a gap; nothing is made up for it.
 */
export function startMetricsCollector(rt: Runtime): Loop {
  const intervalMs = INTERVAL_MS[rt.config.mode];
  return startLoop({ name: "vm-metrics", pauseMs: intervalMs, log: rt.log }, () => collectMetrics(rt, intervalMs));
}

/** One round. */
export async function collectMetrics(rt: Runtime, intervalMs: number): Promise<void> {
  const byHost = Map.groupBy(await runningVms(rt), (vm) => vm.hostId);
  if (byHost.size === 0) return;
  const hosts = await hostsById(rt, [...byHost.keys()]);
  const at = new Date(Math.floor(rt.clock.now().getTime() / intervalMs) * intervalMs);
  await Promise.all(
    hosts.map(async (host) => {
      try {
        const refs = (byHost.get(host.id) ?? []).map((vm) => vm.hypervisorRef);
        await store(rt, at, await usageOf(rt, host, refs));
      } catch (error) {
        rt.log.warn({ err: error, host: host.name }, "metrics: a host did not answer");
      }
    }),
  );
}

function usageOf(rt: Runtime, host: Host, refs: readonly string[]): Promise<VmUsage[]> {
  return callDriver({ signal: new AbortController().signal, timeoutMs: HOST_TIMEOUT_MS, key: "metrics" }, (call) => driverOf(rt, host).usage(refs, call));
}

async function store(rt: Runtime, at: Date, usage: readonly VmUsage[]): Promise<void> {
  const rows = usage.flatMap(({ ref, ...metrics }) => {
    const vmId = vmIdOfRef(ref);
    return vmId ? [{ vmId, at, ...metrics }] : [];
  });
  if (rows.length === 0) return;
  await insertMetrics(rt, rows);
  for (const row of rows) rt.realtime.publish({ rooms: [`vm:${row.vmId}`], name: "vm.metrics", data: { ...row, at: at.toISOString() } });
}
