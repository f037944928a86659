import { newId } from "#shared/ids.ts";
import { startLoop } from "#server/infra/loop.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { type BrokerState, deleteProcess, deleteProcessesSeenBefore, findProcesses, type ProcessRow, saveProcess } from "./processes-repository.ts";

/** How often a process says that it lives. */
const BEAT_MS = 10_000;
/** After three beats that did not come it is silent. */
const SILENT_MS = 35_000;
/** So long one that went silent is told of while others do its work; when nobody does, it is told of until it is forgotten. */
const MISSED_MS = 10 * 60_000;
const FORGOTTEN_MS = 7 * 86_400_000;

/** Says every ten seconds, in the database, that this process lives, with which roles, and how its bridge has its broker. */
export function startHeartbeat(rt: Runtime, options: { broker: (() => BrokerState) | null }): { stop(): Promise<void> } {
  const id = newId("process");
  const startedAt = rt.clock.now();
  const loop = startLoop({ name: "heartbeat", pauseMs: BEAT_MS, log: rt.log }, async () => {
    const now = rt.clock.now();
    await saveProcess(rt, { id, roles: [...rt.config.roles], broker: options.broker?.() ?? null, startedAt, seenAt: now });
    await deleteProcessesSeenBefore(rt, new Date(now.getTime() - FORGOTTEN_MS));
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
  detail: string;
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
  const detail = away > 0 ? `not connected${bridges.length > 1 ? `, ${away} of ${bridges.length} bridges` : ""}` : (bridges[0]?.broker ?? "");
  return bridges.length === 0 ? roles : [...roles, { name: "broker", status: away === 0 ? "pass" : away < bridges.length ? "warn" : "fail", detail }];
}

function rolesState(rows: readonly ProcessRow[], lives: (row: ProcessRow) => boolean, now: number): Pick<ProcessCheck, "status" | "detail"> {
  const living = rows.filter(lives).length;
  const lastSeen = (those: readonly ProcessRow[]): string => new Date(Math.max(...those.map((row) => row.seenAt.getTime()))).toISOString();
  if (living === 0) return { status: "fail", detail: `silent since ${lastSeen(rows)}` };
  const missed = rows.filter((row) => !lives(row) && now - row.seenAt.getTime() <= MISSED_MS);
  const count = `${living} ${living === 1 ? "process" : "processes"}`;
  return missed.length === 0 ? { status: "pass", detail: count } : { status: "warn", detail: `${count}, another silent since ${lastSeen(missed)}` };
}
