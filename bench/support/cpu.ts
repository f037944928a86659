import { readdirSync, readFileSync } from "node:fs";
import type { Database } from "../../src/server/infra/database.ts";

/** USER_HZ: what /proc counts in, on every Linux. */
const TICKS = 100;

/** Processor time of a process so far, in seconds; 0 where there is no /proc. */
export function cpuSeconds(pid: number | undefined): number {
  return pid === undefined ? 0 : (times(pid)?.own ?? 0);
}

/** @returns processor time of the PostgreSQL server so far, in seconds: its process, those that it has now, and those that have ended */
export async function postgresCpu(db: Database): Promise<() => number> {
  const rows = await db.query<{ pid: number }>({ text: "select pg_backend_pid() as pid" });
  const parent = times(rows[0]?.pid ?? 0)?.parent;
  return () =>
    processes().reduce((sum, pid) => {
      const found = times(pid);
      if (!found) return sum;
      return sum + (pid === parent ? found.own + found.ended : found.parent === parent ? found.own : 0);
    }, 0);
}

function processes(): number[] {
  return readdirSync("/proc").map(Number).filter((pid) => pid > 0);
}

/** proc(5), /proc/pid/stat: the name is in parentheses and may hold anything; behind it come state, parent, …, utime (14), stime, cutime, cstime. */
function times(pid: number): { parent: number; own: number; ended: number } | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ").map(Number);
    const at = (field: number): number => fields[field - 3] ?? 0;
    return { parent: at(4), own: (at(14) + at(15)) / TICKS, ended: (at(16) + at(17)) / TICKS };
  } catch {
    return null;
  }
}
