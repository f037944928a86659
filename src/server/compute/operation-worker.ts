import { correlated } from "#server/infra/correlation.ts";
import { randomToken } from "#server/infra/crypto.ts";
import { startLoop } from "#server/infra/loop.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { type DriveOptions, driveOperation, Interrupted } from "./operation-engine.ts";
import { definitionOf, LONG_KINDS } from "./operation-kinds.ts";
import { claimOperation, type Lease, LeaseLost, operationWithSteps, releaseLease, releaseLeasesOfOthers, renewLease } from "./operation-repository.ts";

export interface WorkerOptions {
  /** operations at a time */
  concurrency: number;
  /** How long a worker that says nothing keeps an operation. Clocks of workers should agree to a third of it. */
  leaseMs?: number;
  retryBaseMs?: number;
  maxCallMs?: number;
  /** How long `stop` lets a step in flight go on. */
  stopGraceMs?: number;
  checkpoint?: DriveOptions["checkpoint"];
  definitionOf?: DriveOptions["definitionOf"];
  longKinds?: readonly string[];
}

export interface OperationWorker {
  /** Finishes the steps in flight, within the grace, and gives the operations back. */
  stop(): Promise<void>;
}

interface Active {
  long: boolean;
  /** of the step in flight */
  abort: AbortController;
  direction: "run" | "compensate";
  /** as of the last renewal */
  calledOff: boolean;
  /** the end of the whole drive */
  ended: Promise<void>;
  renew(): void;
}

const POLL_MS = 500;
/** Leases of this process begin with it. */
const PROCESS = randomToken(9);

/** Works on operations until stopped. Any number of workers may run, here and in other processes. */
export function startOperationWorker(rt: Runtime, options: WorkerOptions): OperationWorker {
  const leaseMs = options.leaseMs ?? 30_000;
  const active = new Map<string, Active>();
  const longKinds = options.longKinds ?? LONG_KINDS;
  /** Half of the places at most, but one at least. */
  const placesLeftForLong = (): boolean => [...active.values()].filter((each) => each.long).length < Math.max(1, Math.floor(options.concurrency / 2));
  let stopping = false;
  let swept = rt.db.kind !== "pglite";

  const loop = startLoop({ name: "operations", pauseMs: POLL_MS, log: rt.log }, async () => {
    if (!swept) {
      await releaseLeasesOfOthers(rt, PROCESS);
      swept = true;
    }
    while (!stopping && active.size < options.concurrency) {
      const owner = `${PROCESS}.${randomToken(9)}`;
      const claimed = await claimOperation(rt, owner, leaseMs, placesLeftForLong() ? [] : longKinds);
      if (!claimed) return;
      work({ operationId: claimed.id, owner }, longKinds.includes(claimed.kind));
    }
  });
  const off = rt.signals.on("operations", () => {
    loop.wake();
    for (const each of active.values()) each.renew();
  });

  const work = (lease: Lease, long: boolean): void => {
    const state: Active = { long, abort: new AbortController(), direction: "run", calledOff: false, ended: Promise.resolve(), renew: () => void beat() };
    let renewedAt = performance.now();
    let beating = false;
    const beat = async (): Promise<void> => {
      // No renewal for a whole lease: another may have it by now, so this one keeps its hands off.
      if (performance.now() - renewedAt > leaseMs && beating) state.abort.abort(new LeaseLost(lease.operationId));
      if (beating) return;
      beating = true;
      try {
        const renewed = await renewLease(rt, lease, leaseMs);
        if (!renewed) state.abort.abort(new LeaseLost(lease.operationId));
        else state.calledOff = renewed.cancelRequested;
        if (state.calledOff && state.direction === "run") state.abort.abort(new Interrupted("cancel"));
        renewedAt = performance.now();
      } catch (error) {
        rt.log.warn({ err: error, operationId: lease.operationId }, "operation: cannot renew the lease");
        if (performance.now() - renewedAt > leaseMs) state.abort.abort(new LeaseLost(lease.operationId));
      } finally {
        beating = false;
      }
    };
    const timer = setInterval(beat, leaseMs / 3);
    state.ended = drive(lease, state).finally(() => {
      clearInterval(timer);
      active.delete(lease.operationId);
      if (!stopping) loop.wake();
    });
    active.set(lease.operationId, state);
  };

  const drive = async (lease: Lease, state: Active): Promise<void> => {
    try {
      const operation = await operationWithSteps(rt, lease.operationId);
      await correlated({ id: operation?.correlationId ?? lease.operationId }, () =>
        driveOperation(rt, lease, {
          definitionOf: options.definitionOf ?? definitionOf,
          retryBaseMs: options.retryBaseMs ?? 1_000,
          maxCallMs: options.maxCallMs ?? Number.POSITIVE_INFINITY,
          checkpoint: options.checkpoint,
          stopping: () => stopping,
          stepSignal(direction) {
            if (state.abort.signal.reason instanceof LeaseLost) throw state.abort.signal.reason;
            state.direction = direction;
            state.abort = new AbortController();
            if (state.calledOff && direction === "run") state.abort.abort(new Interrupted("cancel"));
            return state.abort.signal;
          },
        }),
      );
    } catch (error) {
      if (error instanceof LeaseLost) {
        rt.log.warn({ operationId: lease.operationId }, "operation: another worker has taken it over");
        return;
      }
      rt.log.error({ err: error, operationId: lease.operationId }, "operation: interrupted; it will be taken up again");
      await releaseLease(rt, lease, new Date(rt.clock.now().getTime() + leaseMs)).catch(() => {});
    }
  };

  return {
    async stop() {
      stopping = true;
      off();
      await loop.stop();
      const all = Promise.all([...active.values()].map((each) => each.ended));
      let timer: NodeJS.Timeout | undefined;
      const grace = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, options.stopGraceMs ?? 10_000);
      });
      await Promise.race([all, grace]);
      clearTimeout(timer);
      for (const each of active.values()) each.abort.abort(new Interrupted("stop"));
      await all;
    },
  };
}
