import { createHash } from "node:crypto";
import type { PastVmUsage, VmUsage } from "../driver.ts";
import type { Machine } from "./machine.ts";

const MB = 1024 * 1024;
/** of a request to the disk */
const [READ_BYTES, WRITE_BYTES] = [32 * 1024, 12 * 1024];
const MINUTE = 60_000;
/** So long the past is told. */
const HISTORY_MS = 7 * 24 * 60 * MINUTE;

/** 0..1, the same for the same name and slot. */
function noise(name: string, slot: number): number {
  return createHash("md5").update(`${name}:${slot}`).digest().readUInt32BE(0) / 0xffff_ffff;
}

/** Noise that changes smoothly over slots of `periodMs`. */
function drift(name: string, now: number, periodMs: number): number {
  const slot = Math.floor(now / periodMs);
  const part = (now % periodMs) / periodMs;
  const ease = part * part * (3 - 2 * part);
  return noise(name, slot) * (1 - ease) + noise(name, slot + 1) * ease;
}

/** Usage of a running VM at `now`: each has a character of its own (by its name), a slow load that comes and goes, bursts, and a busy boot. */
export function usageAt(machine: Machine, now: number): VmUsage {
  const { ref } = machine;
  const character = noise(ref, 0);
  const upMs = Math.max(0, now - (machine.bootedAt ?? now));
  const boot = Math.exp(-upMs / 15_000);
  const load = 0.15 + 0.35 * character * drift(`${ref}load`, now, 10 * MINUTE) + 0.2 * drift(`${ref}wave`, now, 2 * MINUTE);
  const burst = drift(`${ref}burst`, now, 20_000) > 0.85 ? 0.35 * noise(`${ref}size`, Math.floor(now / 20_000)) : 0;
  const cpu = Math.min(1, load * 0.8 + burst + 0.6 * boot + 0.03 * noise(`${ref}jitter`, now));
  const warm = 1 - Math.exp(-upMs / (2 * MINUTE));
  const memory = Math.min(0.95, 0.12 + (0.2 + 0.35 * character) * warm + 0.08 * drift(`${ref}memory`, now, 5 * MINUTE));
  const traffic = cpu * (0.3 + character) * (0.6 + 0.8 * drift(`${ref}traffic`, now, 30_000));
  const [read, write] = [(boot * 40 + traffic * 2) * MB, (boot * 6 + traffic * 3.5) * MB];
  const system = cpu * (0.2 + 0.2 * drift(`${ref}system`, now, MINUTE));
  return {
    ref,
    cpuPercent: round(cpu * 100),
    cpuUserPercent: round((cpu - system) * 100),
    cpuSystemPercent: round(system * 100),
    cpuIowaitPercent: round(Math.min(1 - cpu, boot * 0.25 + traffic * 0.06) * 100),
    memoryUsedMb: round(memory * machine.hardware.memoryMb),
    diskReadBps: Math.round(read),
    diskWriteBps: Math.round(write),
    networkRxBps: Math.round(traffic * 1.4 * MB),
    networkTxBps: Math.round(traffic * 2.6 * MB),
    diskReadIops: round(read / READ_BYTES),
    diskWriteIops: round(write / WRITE_BYTES),
  };
}

/** Usage at the whole minutes from `from` on and before `to` in which it ran: its load is a matter of time, so the past needs no recording. */
export function usageBetween(machine: Machine, from: number, to: number): PastVmUsage[] {
  return machine.serial.parts.flatMap((part) => {
    const begin = Math.ceil(Math.max(from, part.from, Date.now() - HISTORY_MS) / MINUTE) * MINUTE;
    const end = Math.min(to, part.until ?? to);
    return Array.from({ length: Math.max(0, Math.ceil((end - begin) / MINUTE)) }, (_, n) => {
      const at = begin + n * MINUTE;
      const { ref: _ref, ...usage } = usageAt({ ...machine, bootedAt: part.bootedAt }, at);
      return { ...usage, at: new Date(at) };
    });
  });
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
