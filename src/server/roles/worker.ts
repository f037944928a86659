import { chargeDue } from "#server/billing/jobs.ts";
import { sweepHosts } from "#server/compute/host-sweep.ts";
import { HOST_POLL_MS, pollHosts } from "#server/compute/hosts/host-poll.ts";
import { startMetricsCollector } from "#server/compute/metrics-collector.ts";
import { purgeMetrics } from "#server/compute/jobs.ts";
import { startOperationWorker } from "#server/compute/operation-worker.ts";
import { startComputeSubscribers } from "#server/compute/subscribers.ts";
import { purgeIdentity } from "#server/identity/jobs.ts";
import { startRelay } from "#server/infra/events.ts";
import { type Loop, startLoop } from "#server/infra/loop.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { purgePlatform } from "#server/platform/jobs.ts";
import type { Part } from "./program.ts";

const MINUTE_MS = 60_000;

/** Operations, metering, the event relay, metrics and cleaning up. Every piece may run in many processes at once. */
export async function startWorkerRole(rt: Runtime): Promise<Part[]> {
  const every = (name: string, pauseMs: number, work: () => Promise<unknown>): Part => {
    const loop: Loop = startLoop({ name, pauseMs, log: rt.log }, async () => void (await work()));
    return { name, stop: () => loop.stop() };
  };
  const relay = startRelay(rt);
  const operations = startOperationWorker(rt, { concurrency: 4 });
  const subscribers = await startComputeSubscribers(rt);
  const collector = startMetricsCollector(rt);
  return [
    { name: "event-relay", stop: () => relay.stop() },
    { name: "operations", stop: () => operations.stop() },
    { name: "compute-subscribers", stop: () => subscribers.stop() },
    { name: "vm-metrics", stop: () => collector.stop() },
    every("metering", MINUTE_MS, () => chargeDue(rt)),
    every("host-poll", HOST_POLL_MS, () => pollHosts(rt)),
    every("host-sweep", MINUTE_MS, () => sweepHosts(rt)),
    every("purge", 60 * MINUTE_MS, async () => {
      await purgeIdentity(rt);
      await purgeMetrics(rt);
      await purgePlatform(rt);
    }),
  ];
}
