import type { Host } from "#server/infra/prisma/client.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { callDriver } from "../drivers/call.ts";
import type { HostProbe } from "../drivers/driver.ts";
import { DriverError } from "../drivers/errors.ts";
import { driverOf } from "../drivers/registry.ts";
import { hostsInService } from "../repository.ts";
import { recordHealthy, recordUnreachable } from "./host-health.ts";
import { lockHost } from "./host-repository.ts";
import { plausibleProbe } from "./try-connection.ts";

export const HOST_POLL_MS = 30_000;
const PROBE_TIMEOUT_MS = 10_000;
/** One that another worker has asked so lately is left alone. */
const FRESH_MS = HOST_POLL_MS / 2;

/** Asks each host in service how it is, all at once: one that hangs delays nobody. Any number of workers may do it. */
export async function pollHosts(rt: Runtime): Promise<void> {
  const fresh = rt.clock.now().getTime() - FRESH_MS;
  const due = (await hostsInService(rt)).filter((host) => host.checkedAt === null || host.checkedAt.getTime() <= fresh || host.checkedAt.getTime() > rt.clock.now().getTime());
  await Promise.all(
    due.map(async (host) => {
      try {
        await pollHost(rt, host);
      } catch (error) {
        rt.log.error({ err: error, host: host.name }, "host poll: failed");
      }
    }),
  );
}

async function pollHost(rt: Runtime, host: Host): Promise<void> {
  const outcome = await probeTwice(rt, host).then(
    (probe) => ({ probe }),
    (error: unknown) => ({ error }),
  );
  await transact(rt, async (tx) => {
    const now = await lockHost(tx, host.id);
    // Gone, taken out of service or changed while it was asked: the answer may be another host's.
    if (!now || now.status === "maintenance" || now.updatedAt.getTime() !== host.updatedAt.getTime()) return;
    const at = rt.clock.now();
    if ("probe" in outcome) await recordHealthy(tx, now, outcome.probe, at);
    else await recordUnreachable(tx, now, outcome.error instanceof Error ? outcome.error.message : String(outcome.error), at);
  });
}

/** One lost answer is no absence. */
async function probeTwice(rt: Runtime, host: Host): Promise<HostProbe> {
  const probe = (): Promise<HostProbe> => callDriver({ signal: new AbortController().signal, timeoutMs: PROBE_TIMEOUT_MS, key: "poll" }, (call) => driverOf(rt, host).probe(call));
  try {
    return plausibleProbe(await probe());
  } catch (error) {
    if (!(error instanceof DriverError) || !error.retryable) throw error;
    return plausibleProbe(await probe());
  }
}
