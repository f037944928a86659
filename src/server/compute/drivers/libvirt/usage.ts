import type { CallOptions, VmUsage } from "../driver.ts";
import { lookAgain, reading, type Session } from "./session.ts";

/** A domain's counters at a time. */
export interface Sample {
  atMs: number;
  running: boolean;
  cpuNs: number;
  /** parts of `cpuNs`; null: the host does not say */
  cpuUserNs: number | null;
  cpuSystemNs: number | null;
  vcpu: number;
  memoryUsedMb: number;
  diskReadBytes: number;
  diskWriteBytes: number;
  /** requests since the VM began; null: the host does not count them */
  diskReads: number | null;
  diskWrites: number | null;
  networkRxBytes: number;
  networkTxBytes: number;
}

/** Two samples closer than this say nothing, farther apart nothing about now. */
const LEAST_MS = 900;
const MOST_MS = 5 * 60_000;
const FIRST_WAIT_MS = 1_000;

/** Usage between this call and the one before; a VM that was not seen before is looked at twice. */
export function usageMeter(session: Session): (refs: readonly string[], call: CallOptions) => Promise<VmUsage[]> {
  let before = new Map<string, Sample>();
  return async (refs, call) => {
    if (refs.length === 0) return [];
    let now = await sample(session, call);
    const useful = (ref: string): boolean => {
      const [last, next] = [before.get(ref), now.get(ref)];
      return !next?.running || (last !== undefined && last.running && next.atMs - last.atMs >= LEAST_MS && next.atMs - last.atMs <= MOST_MS && next.cpuNs >= last.cpuNs);
    };
    if (!refs.every(useful)) {
      const first = now;
      await lookAgain(call, FIRST_WAIT_MS);
      now = await sample(session, call);
      before = new Map([...first].map(([ref, each]): [string, Sample] => [ref, useful(ref) ? (before.get(ref) ?? each) : each]));
    }
    const rows = refs.flatMap((ref) => {
      const [last, next] = [before.get(ref), now.get(ref)];
      return next?.running && last ? [usageBetween(ref, last, next)] : [];
    });
    before = now;
    return rows;
  };
}

async function sample(session: Session, call: CallOptions): Promise<Map<string, Sample>> {
  const command = ["domstats", "--raw", "--nowait", "--list-active", "--state", "--cpu-total", "--balloon", "--vcpu", "--interface", "--block"];
  const text = await session.virsh.run(command, reading(call));
  return parseStats(text, performance.now());
}

/** Reads domstats: a line with the name, then its values, `name=value` a line. */
export function parseStats(text: string, atMs: number): Map<string, Sample> {
  const samples = new Map<string, Sample>();
  for (const block of text.split(/^Domain: '/m).slice(1)) {
    const [head = "", ...lines] = block.split("\n");
    const values = new Map(lines.flatMap((line): [string, string][] => {
      const match = /^\s*([\w.-]+)=(.*)$/.exec(line);
      return match ? [[match[1] ?? "", match[2] ?? ""]] : [];
    }));
    const number = (name: string): number => Number(values.get(name)) || 0;
    const given = (name: string): number | null => (values.has(name) ? number(name) : null);
    const sum = (pattern: RegExp): number => [...values].reduce((total, [name, value]) => (pattern.test(name) ? total + (Number(value) || 0) : total), 0);
    const sumGiven = (pattern: RegExp): number | null => ([...values.keys()].some((name) => pattern.test(name)) ? sum(pattern) : null);
    samples.set(head.replace(/'\s*$/, ""), {
      atMs,
      running: [1, 2].includes(number("state.state")),
      cpuNs: number("cpu.time"),
      cpuUserNs: given("cpu.user"),
      cpuSystemNs: given("cpu.system"),
      vcpu: Math.max(1, number("vcpu.current")),
      memoryUsedMb: memoryUsedMb(number("balloon.current"), values, number),
      diskReadBytes: sum(/^block\.\d+\.rd\.bytes$/),
      diskWriteBytes: sum(/^block\.\d+\.wr\.bytes$/),
      diskReads: sumGiven(/^block\.\d+\.rd\.reqs$/),
      diskWrites: sumGiven(/^block\.\d+\.wr\.reqs$/),
      networkRxBytes: sum(/^net\.\d+\.rx\.bytes$/),
      networkTxBytes: sum(/^net\.\d+\.tx\.bytes$/),
    });
  }
  return samples;
}

/** What the guest itself says, else what the host gives it. */
function memoryUsedMb(currentKib: number, values: ReadonlyMap<string, string>, number: (name: string) => number): number {
  const said = values.has("balloon.usable") && values.has("balloon.available") ? number("balloon.available") - number("balloon.usable") : number("balloon.rss");
  const used = said > 0 ? Math.min(said, currentKib) : currentKib;
  return Math.round(used / 1_024);
}

/** Counters begin anew when a VM does: less than before counts from zero. */
export function usageBetween(ref: string, last: Sample, next: Sample): VmUsage {
  const seconds = Math.max(0.001, (next.atMs - last.atMs) / 1_000);
  const grown = (pick: (each: Sample) => number): number => (pick(next) >= pick(last) ? pick(next) - pick(last) : pick(next));
  const rate = (pick: (each: Sample) => number): number => Math.round(grown(pick) / seconds);
  const given = (pick: (each: Sample) => number | null): number | null => (pick(last) === null || pick(next) === null ? null : grown((each) => pick(each) ?? 0));
  const percent = (ns: number): number => Math.min(100, Math.round((ns / (seconds * 1e9 * next.vcpu)) * 1_000) / 10);
  const [user, system, reads, writes] = [given((each) => each.cpuUserNs), given((each) => each.cpuSystemNs), given((each) => each.diskReads), given((each) => each.diskWrites)];
  return {
    ref,
    cpuPercent: percent(grown((each) => each.cpuNs)),
    cpuUserPercent: user === null ? null : percent(user),
    cpuSystemPercent: system === null ? null : percent(system),
    // `vcpu.<n>.wait` is no such thing: time in which a vCPU stood in the queue of the host's scheduler (wait_sum), though virsh's manual speaks of I/O.
    cpuIowaitPercent: null,
    memoryUsedMb: next.memoryUsedMb,
    diskReadBps: rate((each) => each.diskReadBytes),
    diskWriteBps: rate((each) => each.diskWriteBytes),
    networkRxBps: rate((each) => each.networkRxBytes),
    networkTxBps: rate((each) => each.networkTxBytes),
    diskReadIops: reads === null ? null : Math.round(reads / seconds),
    diskWriteIops: writes === null ? null : Math.round(writes / seconds),
  };
}
