import { type Loop, startLoop } from "#server/infra/loop.ts";
import type { Host } from "#server/infra/prisma/client.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { callDriver } from "../drivers/call.ts";
import type { VmUsage } from "../drivers/driver.ts";
import { driverOf } from "../drivers/registry.ts";
import { hostsById, runningVms } from "../repository.ts";
import { type Backfill, createBackfill } from "./backfill.ts";
import { samplingMs } from "./levels.ts";
import { isSane } from "./measures.ts";
import { noteStored } from "./rollup.ts";
import { insertSamples } from "./sample-repository.ts";

const HOST_TIMEOUT_MS = 10_000;
const LOOK_MS = 500;
const FILL_PAUSE_MS = 5_000;

/**
 * Samples the usage of all running VMs: one call a host, one insert a host, one live message a VM. Samples are taken at multiples of the interval, so those of
 * several collectors fall on each other and the database keeps one. A host that fails leaves a gap, for which it is asked when it is back; nothing is made up.
 */
export function startMetricsCollector(rt: Runtime): Loop {
  const intervalMs = samplingMs(rt.config);
  const backfill = createBackfill(rt);
  let last = 0;
  const sampling = startLoop({ name: "vm-metrics", pauseMs: LOOK_MS, log: rt.log }, async () => {
    const turn = Math.floor(rt.clock.now().getTime() / intervalMs);
    if (turn === last) return;
    last = turn;
    await collectMetrics(rt, intervalMs, backfill);
  });
  // Of its own, so that the present does not wait for the past.
  const filling = startLoop({ name: "vm-metrics-backfill", pauseMs: FILL_PAUSE_MS, log: rt.log }, () => backfill.fill());
  return {
    wake: () => sampling.wake(),
    stop: async () => void (await Promise.all([sampling.stop(), filling.stop()])),
  };
}

/** One round. */
export async function collectMetrics(rt: Runtime, intervalMs: number, backfill: Backfill = createBackfill(rt)): Promise<void> {
  const byHost = Map.groupBy(await runningVms(rt), (vm) => vm.hostId);
  if (byHost.size === 0) return;
  const hosts = await hostsById(rt, [...byHost.keys()]);
  const at = new Date(Math.floor(rt.clock.now().getTime() / intervalMs) * intervalMs);
  await Promise.all(
    hosts
      .filter((host) => host.status !== "maintenance")
      .map(async (host) => {
        try {
          const ids = new Map(byHost.get(host.id)?.map((vm) => [vm.hypervisorRef, vm.id]));
          await store(rt, backfill, host.id, at, ids, await usageOf(rt, host, [...ids.keys()]));
        } catch (error) {
          rt.log.warn({ err: error, host: host.name }, "metrics: a host did not answer");
        }
      }),
  );
}

function usageOf(rt: Runtime, host: Host, refs: readonly string[]): Promise<VmUsage[]> {
  return callDriver({ signal: new AbortController().signal, timeoutMs: HOST_TIMEOUT_MS, key: "metrics" }, (call) => driverOf(rt, host).usage(refs, call));
}

/** @param ids VMs by the hypervisor's names of them */
async function store(rt: Runtime, backfill: Backfill, hostId: string, at: Date, ids: ReadonlyMap<string, string>, usage: readonly VmUsage[]): Promise<void> {
  const found = usage.flatMap(({ ref, ...metrics }) => {
    const vmId = ids.get(ref);
    return vmId !== undefined && isSane(metrics) ? [{ ref, sample: { vmId, at, ...metrics } }] : [];
  });
  if (found.length === 0) return;
  await backfill.sampled(hostId, found.map(({ ref, sample }) => ({ id: sample.vmId, ref })), at);
  const rows = found.map(({ sample }) => sample);
  await insertSamples(rt, rows);
  await noteStored(rt, at);
  for (const row of rows) rt.realtime.publish({ rooms: [`vm:${row.vmId}`], name: "vm.metrics", data: { ...row, at: at.toISOString() } });
}
