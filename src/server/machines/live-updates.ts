import type { Realtime } from "#server/infra/realtime.ts";
import type { BatchEffects } from "./store-batch.ts";

export interface LiveUpdates {
  take(effects: BatchEffects): void;
  stop(): void;
}

interface Waiting {
  organizationId: string;
  telemetry?: { at: Date; metrics: Record<string, number> };
  stock?: { at: Date; slots: Map<string, number> };
  rejected?: { at: Date; reason: string };
  log?: true;
}

/** Two updates a second and machine, however fast it talks (DEVICES.md). */
const PERIOD_MS = 500;

/** Tells browsers what was stored: at once, then at most every half second for each machine, with what came in between merged. */
export function createLiveUpdates(realtime: Pick<Realtime, "publish">): LiveUpdates {
  const waiting = new Map<string, Waiting>();
  const timers = new Map<string, NodeJS.Timeout>();

  const send = (machineId: string): void => {
    const update = waiting.get(machineId);
    if (!update) {
      timers.delete(machineId);
      return;
    }
    waiting.delete(machineId);
    timers.set(machineId, setTimeout(() => send(machineId), PERIOD_MS).unref());
    const { organizationId, telemetry, stock, rejected, log } = update;
    const rooms = [`machine:${machineId}`, ...(organizationId ? [`org:${organizationId}`] : []), "admin"];
    if (telemetry) realtime.publish({ rooms, name: "machine.telemetry", data: { machineId, at: telemetry.at.toISOString(), metrics: telemetry.metrics } });
    if (stock) {
      const slots = [...stock.slots].map(([slot, count]) => ({ slot, count }));
      realtime.publish({ rooms, name: "machine.stock", data: { machineId, at: stock.at.toISOString(), slots } });
    }
    // What a device got wrong is for those who run the platform.
    if (rejected) realtime.publish({ rooms: ["admin"], name: "machine.rejected", data: { machineId, at: rejected.at.toISOString(), reason: rejected.reason } });
    if (log) realtime.publish({ rooms: [`machine:${machineId}`], name: "machine.log", data: { machineId } });
  };

  const note = (machineId: string, organizationId: string, change: (update: Waiting) => void): void => {
    const update = waiting.get(machineId) ?? { organizationId };
    // Not everything that is noted is for the organization; what came first must not keep the rest from it.
    update.organizationId ||= organizationId;
    change(update);
    waiting.set(machineId, update);
  };

  return {
    take(effects) {
      for (const { machineId, organizationId, at, metrics } of effects.telemetry) {
        note(machineId, organizationId, (update) => (update.telemetry = { at, metrics: { ...update.telemetry?.metrics, ...metrics } }));
      }
      for (const { machineId, organizationId, at, slots } of effects.stock) {
        note(machineId, organizationId, (update) => {
          const merged = update.stock?.slots ?? new Map<string, number>();
          for (const { slot, count } of slots) merged.set(slot, count);
          update.stock = { at, slots: merged };
        });
      }
      for (const { machineId, at, reason } of effects.rejected) {
        if (machineId) note(machineId, "", (update) => (update.rejected = { at, reason }));
      }
      for (const machineId of effects.logs) note(machineId, "", (update) => (update.log = true));
      for (const machineId of waiting.keys()) if (!timers.has(machineId)) send(machineId);
    },
    stop() {
      for (const timer of timers.values()) clearTimeout(timer);
      timers.clear();
      waiting.clear();
    },
  };
}
