import type { z } from "zod";
import { newId } from "#shared/ids.ts";
import type { healthFinding } from "#shared/platform/schema.ts";
import { startLoop } from "#server/infra/loop.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { type BrokerState, deleteProcess, findProcesses, type ProcessRow, saveProcess } from "./processes-repository.ts";

/** How often a process says that it lives. */
const BEAT_MS = 10_000;
/** After three beats that did not come it is silent. */
const SILENT_MS = 35_000;
/** So long one that went silent is told of while others do its work; when nobody does, it is told of until it is purged (jobs.ts). */
const MISSED_MS = 10 * 60_000;

/** Says every ten seconds, in the database, that this process lives, with which roles, and how its bridge has its broker. */
export function startHeartbeat(rt: Runtime, options: { broker: (() => BrokerState) | null }): { stop(): Promise<void> } {
  const id = newId("process");
  const startedAt = rt.clock.now();
  const loop = startLoop({ name: "heartbeat", pauseMs: BEAT_MS, log: rt.log }, async () => {
    await saveProcess(rt, { id, roles: [...rt.config.roles], broker: options.broker?.() ?? null, startedAt, seenAt: rt.clock.now() });
  });
  return {
    async stop() {
      await loop.stop();
      // Who stops on purpose is not missed.
      await deleteProcess(rt, id);
    },
  };
}

export interface ProcessCheck {
  name: "web" | "worker" | "bridge" | "broker";
  status: "pass" | "warn" | "fail";
  finding: z.infer<typeof healthFinding>;
}

/**
 * Whether each role that somebody took, and has not given up, is still done by somebody, and whether the bridges have their broker.
 * A role that was never taken is none of this installation's.
 */
export async function checkProcesses(rt: Runtime): Promise<ProcessCheck[]> {
  const now = rt.clock.now().getTime();
  const rows = await findProcesses(rt);
  const lives = (row: ProcessRow): boolean => now - row.seenAt.getTime() <= SILENT_MS;
  const roles = (["web", "worker", "bridge"] as const).flatMap((role) => {
    const those = rows.filter((row) => row.roles.includes(role));
    return those.length > 0 ? [{ name: role, ...rolesState(those, lives, now) }] : [];
  });
  const bridges = rows.filter((row) => row.broker !== null && lives(row));
  const away = bridges.filter((row) => row.broker === "away").length;
  if (bridges.length === 0) return roles;
  if (away > 0) return [...roles, { name: "broker", status: away < bridges.length ? "warn" : "fail", finding: { code: "bridges_away", count: away, of: bridges.length } }];
  return [...roles, { name: "broker", status: "pass", finding: { code: bridges[0]?.broker === "embedded" ? "embedded" : "connected" } }];
}

/** Each that started after another went silent stands for it: what was killed and started again is not missed. */
function rolesState(rows: readonly ProcessRow[], lives: (row: ProcessRow) => boolean, now: number): Pick<ProcessCheck, "status" | "finding"> {
  const living = rows.filter(lives);
  const lastSeen = (those: readonly ProcessRow[]): string => new Date(Math.max(...those.map((row) => row.seenAt.getTime()))).toISOString();
  if (living.length === 0) return { status: "fail", finding: { code: "silent", since: lastSeen(rows) } };
  const successors = living.map((row) => row.startedAt.getTime());
  const missed = rows
    .filter((row) => !lives(row) && now - row.seenAt.getTime() <= MISSED_MS)
    // The last that went silent has the fewest that can stand for it.
    .sort((one, other) => other.seenAt.getTime() - one.seenAt.getTime())
    .filter((row) => {
      const successor = successors.findIndex((startedAt) => startedAt >= row.seenAt.getTime());
      if (successor >= 0) successors.splice(successor, 1);
      return successor < 0;
    });
  const count = living.length;
  return missed.length === 0 ? { status: "pass", finding: { code: "processes", count } } : { status: "warn", finding: { code: "processes_missing", count, since: lastSeen(missed) } };
}
