import { type Runtime, transact } from "#server/infra/runtime.ts";
import { callDriver } from "../drivers/call.ts";
import { driverOf } from "../drivers/registry.ts";
import { hostsById } from "../repository.ts";
import { insertMinutes, knownUntil } from "./gap-repository.ts";
import { bucketBegin, keptSince, LEVELS, samplingMs } from "./levels.ts";
import { minutesOf } from "./past-minutes.ts";

/** What is missing for less stays missing. */
const GAP_MS = 5 * 60_000;
const CALL_TIMEOUT_MS = 20_000;
const RETRY_MS = 60_000;
const ATTEMPTS = 5;
const [, MINUTES] = LEVELS;

interface Gap {
  hostId: string;
  vmId: string;
  ref: string;
  from: Date;
  to: Date;
  attempts: number;
  dueAt: number;
}

/** VMs that ran while nobody asked for their usage: no worker was there, or none reached the host. What the hosts recorded meanwhile takes the place of samples. */
export interface Backfill {
  /** To be told before samples of `at` are stored: looks how long ago the last ones were. */
  sampled(hostId: string, vms: readonly { id: string; ref: string }[], at: Date): Promise<void>;
  /** Asks for what is missing, each gap once, and stores it. */
  fill(): Promise<void>;
}

/**
 * Which VMs were sampled lately is known by heart, so the database is asked once for each when a worker begins, and again after its host was away. Minutes are stored,
 * not samples: they are kept for longer, a host rarely knows more, and means of hours and days are made of minutes anyway. A worker that is killed before a gap
 * is filled leaves it.
 */
export function createBackfill(rt: Runtime): Backfill {
  const lastSampled = new Map<string, number>();
  let waiting: Gap[] = [];

  const ask = async (gap: Gap): Promise<void> => {
    const [host] = await hostsById(rt, [gap.hostId]);
    if (!host) return;
    const driver = driverOf(rt, host);
    if (!driver.supports.has("history")) return;
    const recorded = await callDriver({ signal: new AbortController().signal, timeoutMs: CALL_TIMEOUT_MS, key: "history" }, (call) => driver.usageHistory(gap.ref, gap.from, gap.to, call));
    const minutes = minutesOf(recorded, gap.from, gap.to, samplingMs(rt.config) / 1_000);
    await transact(rt, (tx) => insertMinutes(tx, gap.vmId, minutes));
    rt.log.info({ vmId: gap.vmId, from: gap.from, to: gap.to, minutes: minutes.length }, "metrics: what was missing was asked of the host");
  };

  return {
    async sampled(hostId, vms, at) {
      const strangers = vms.filter((vm) => at.getTime() - (lastSampled.get(vm.id) ?? 0) > GAP_MS);
      for (const vm of vms) lastSampled.set(vm.id, at.getTime());
      if (strangers.length === 0) return;
      const refs = new Map(strangers.map((vm) => [vm.id, vm.ref]));
      const kept = keptSince(rt.config, MINUTES, rt.clock.now());
      for (const { id, until } of await knownUntil(rt, [...refs.keys()], at)) {
        // The minute of the last sample, and that of the new one, are made of samples.
        const from = new Date(bucketBegin(until > kept ? until : kept, 60).getTime() + 60_000);
        const to = bucketBegin(at, 60);
        if (to.getTime() - from.getTime() >= GAP_MS) waiting.push({ hostId, vmId: id, ref: refs.get(id) ?? "", from, to, attempts: 0, dueAt: 0 });
      }
    },
    async fill() {
      const now = rt.clock.now().getTime();
      const due = waiting.filter((gap) => gap.dueAt <= now);
      waiting = waiting.filter((gap) => gap.dueAt > now);
      for (const gap of due) {
        try {
          await ask(gap);
        } catch (error) {
          rt.log.warn({ err: error, vmId: gap.vmId }, "metrics: a host did not tell what it recorded");
          if (gap.attempts + 1 < ATTEMPTS) waiting.push({ ...gap, attempts: gap.attempts + 1, dueAt: now + RETRY_MS });
        }
      }
    },
  };
}
