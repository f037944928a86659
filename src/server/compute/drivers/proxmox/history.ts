import type { History } from "../capabilities.ts";
import type { PastVmUsage } from "../driver.ts";
import { DriverError } from "../errors.ts";
import { type RrdRow, rrdRows } from "./answers.ts";
import { lookAt, vmPath } from "./look.ts";
import type { Session } from "./session.ts";
import { UNSAID } from "./usage.ts";

const MIB = 1024 ** 2;
const HOUR_MS = 3_600_000;
/** How far back each goes, the finest first: Proxmox keeps less of what is older, and gives one such series a request. */
const TIMEFRAMES = [
  ["hour", HOUR_MS],
  ["day", 24 * HOUR_MS],
  ["week", 7 * 24 * HOUR_MS],
  ["month", 30 * 24 * HOUR_MS],
  ["year", 365 * 24 * HOUR_MS],
] as const;

/** What Proxmox recorded by itself. Its numbers are averages, those of network and disk a second. */
export function historyCall(session: Session): History["usageHistory"] {
  return async (ref, from, to, call) => {
    const vm = await lookAt(session, ref, call);
    if (!vm) throw new DriverError("not_found", `${session.hostName} has no ${ref}`);
    const now = session.now().getTime();
    const found: PastVmUsage[] = [];
    // From what a finer series begins with on, a coarser one has nothing to add.
    let until = to.getTime();
    for (const [timeframe, lengthMs] of TIMEFRAMES) {
      if (until <= now - lengthMs) continue;
      const rows = await session.client.get(`${vmPath(vm)}/rrddata`, { timeframe, cf: "AVERAGE" }, rrdRows, call);
      const inside = rows.map((row) => [row.time * 1_000, row] as const).filter(([time]) => time >= from.getTime() && time < until);
      found.push(...inside.flatMap(([time, row]) => usageOf(time, row) ?? []));
      until = Math.min(until, ...rows.map((row) => row.time * 1_000));
      if (from.getTime() >= now - lengthMs || until <= from.getTime()) break;
    }
    return found.toSorted((a, b) => a.at.getTime() - b.at.getTime());
  };
}

function usageOf(time: number, row: RrdRow): PastVmUsage | null {
  if (row.cpu == null || row.mem == null) return null;
  return {
    at: new Date(time),
    cpuPercent: Math.min(100, Math.max(0, Math.round(row.cpu * 1_000) / 10)),
    memoryUsedMb: Math.round(Math.min(row.mem, row.maxmem ?? Number.POSITIVE_INFINITY) / MIB),
    diskReadBps: Math.max(0, Math.round(row.diskread ?? 0)),
    diskWriteBps: Math.max(0, Math.round(row.diskwrite ?? 0)),
    networkRxBps: Math.max(0, Math.round(row.netin ?? 0)),
    networkTxBps: Math.max(0, Math.round(row.netout ?? 0)),
    ...UNSAID,
  };
}
