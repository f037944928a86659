import type { Metering } from "../capabilities.ts";
import type { VmUsage } from "../driver.ts";
import type { ResourceRow } from "./answers.ts";
import { refOfMarks } from "./identity.ts";
import { guestRows } from "./look.ts";
import type { Session } from "./session.ts";

const MIB = 1024 ** 2;

/** Proxmox does not divide a VM's processor time, and counts disk requests only in the answer about a single VM: that would be a request for each. */
export const UNSAID = { cpuUserPercent: null, cpuSystemPercent: null, cpuIowaitPercent: null, diskReadIops: null, diskWriteIops: null } as const;

interface Sample {
  /** seconds since the VM's start: of the counters themselves, which are some seconds old */
  uptime: number;
  counters: Counters;
  rates: Counters;
}

interface Counters {
  diskread: number;
  diskwrite: number;
  netin: number;
  netout: number;
}

const NONE: Counters = { diskread: 0, diskwrite: 0, netin: 0, netout: 0 };
const COUNTERS = ["diskread", "diskwrite", "netin", "netout"] as const;

/** Usage of all VMs in one request. Proxmox counts bytes since the start of the VM's process: rates are what was added since the last time. */
export function usageCall(session: Session): Metering["usage"] {
  const samples = new Map<string, Sample>();
  return async (refs, call) => {
    const wanted = new Set(refs);
    const rows = (await guestRows(session, call)).filter((row) => row.type === "qemu" && !row.template && row.status === "running");
    const found = rows.flatMap((row) => {
      const ref = refOfRow(row, wanted);
      return ref === null ? [] : [usageOf(ref, row, samples)];
    });
    const running = new Set(found.map((each) => each.ref));
    for (const ref of samples.keys()) if (wanted.has(ref) && !running.has(ref)) samples.delete(ref);
    return found;
  };
}

function refOfRow(row: ResourceRow, wanted: ReadonlySet<string>): string | null {
  if (row.vmid === undefined) return null;
  if (wanted.has(`pve:${row.vmid}`)) return `pve:${row.vmid}`;
  const ref = refOfMarks(row.vmid, row);
  return wanted.has(ref) ? ref : null;
}

function usageOf(ref: string, row: ResourceRow, samples: Map<string, Sample>): VmUsage {
  const counters = { diskread: row.diskread ?? 0, diskwrite: row.diskwrite ?? 0, netin: row.netin ?? 0, netout: row.netout ?? 0 };
  const rates = ratesOf(samples.get(ref), row.uptime ?? 0, counters);
  samples.set(ref, { uptime: row.uptime ?? 0, counters, rates });
  const used = Math.min(row.mem ?? 0, row.maxmem ?? Number.POSITIVE_INFINITY);
  return {
    ref,
    cpuPercent: Math.min(100, Math.max(0, Math.round((row.cpu ?? 0) * 1_000) / 10)),
    memoryUsedMb: Math.round(used / MIB),
    diskReadBps: rates.diskread,
    diskWriteBps: rates.diskwrite,
    networkRxBps: rates.netin,
    networkTxBps: rates.netout,
    ...UNSAID,
  };
}

/** Bytes a second since the last sample; at the first there is nothing to compare with. */
function ratesOf(before: Sample | undefined, uptime: number, counters: Counters): Counters {
  if (!before) return NONE;
  // The same sample once more: Proxmox takes one every 10 s.
  if (uptime === before.uptime) return before.rates;
  // Started anew, or moved to another node: the counters began at zero.
  const restarted = uptime < before.uptime || COUNTERS.some((name) => counters[name] < before.counters[name]);
  const seconds = restarted && uptime < before.uptime ? uptime : uptime - before.uptime;
  if (seconds <= 0) return NONE;
  const rate = (name: (typeof COUNTERS)[number]): number => Math.round((counters[name] - (restarted ? 0 : before.counters[name])) / seconds);
  return { diskread: rate("diskread"), diskwrite: rate("diskwrite"), netin: rate("netin"), netout: rate("netout") };
}
