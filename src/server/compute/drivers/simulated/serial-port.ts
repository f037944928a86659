import type { SerialOutput } from "../driver.ts";
import type { Machine } from "./machine.ts";
import { bootLog } from "./screen/boot-log.ts";
import { type BootFacts, bootFactsOf } from "./screen/facts.ts";

/** What a simulated guest has written to its serial port follows from when it ran and as what: that is kept, and the text is made of it when somebody reads. */
export interface SerialPort {
  /** bytes of parts that are kept no more */
  dropped: number;
  /** oldest first; of the last one alone `until` may be null: it runs */
  parts: SerialPart[];
}

/** A time that the guest ran without a break. */
export interface SerialPart {
  from: number;
  until: number | null;
  bootedAt: number;
  /** when it had come up */
  upAt: number;
  /** It was asked to shut down, and said so. */
  farewell: boolean;
  facts: BootFacts;
}

/** So many times that it ran are kept. */
const KEPT_PARTS = 8;
/** What a guest without users says, and when: seconds after it has come up; from the last on again and again, as long after another. */
const MURMURS_AT_SECONDS = [20, 60, 180, 420, 900] as const;
const MURMUR_EVERY_SECONDS = 900;
const MURMURS = [
  "systemd[1]: Finished systemd-tmpfiles-clean.service - Cleanup of Temporary Directories.",
  "systemd[1]: Finished logrotate.service - Rotate log files.",
  "chronyd[412]: Selected source 10.0.0.1 (simulated)",
  "systemd[1]: Finished fstrim.service - Discard unused filesystem blocks.",
] as const;
const FAREWELL = ["Stopped ssh.service - OpenBSD Secure Shell server.", "Unmounted local file systems.", "Reached target poweroff.target - System Power Off."] as const;

/** The guest runs from `at` on: it was booted, resumed or restored. */
export function speaking(machine: Machine, at: number): Machine {
  const bootedAt = machine.bootedAt ?? at;
  const part: SerialPart = { from: at, until: null, bootedAt, upAt: machine.addressAt ?? bootedAt, farewell: false, facts: bootFactsOf(machine) };
  const parts = [...machine.serial.parts, part];
  const [oldest] = parts;
  if (!oldest || parts.length <= KEPT_PARTS) return { ...machine, serial: { ...machine.serial, parts } };
  return { ...machine, serial: { dropped: machine.serial.dropped + Buffer.byteLength(textOf(oldest, at)), parts: parts.slice(1) } };
}

/** The guest stands still from `at` on. */
export function silent(machine: Machine, at: number, farewell = false): Machine {
  const parts = machine.serial.parts.map((part) => (part.until === null ? { ...part, until: at, farewell } : part));
  return { ...machine, serial: { ...machine.serial, parts } };
}

/** As `Driver.readSerial`. */
export function serialOutput({ serial }: Machine, now: number, offset: number, limit: number): SerialOutput {
  const kept = Buffer.from(serial.parts.map((part) => textOf(part, now)).join(""));
  const next = serial.dropped + kept.length;
  const wanted = offset > next ? serial.dropped : offset;
  const from = Math.max(wanted, serial.dropped, next - limit);
  return { bytes: kept.subarray(from - serial.dropped), next, skipped: from > wanted };
}

/** The part's text up to `now`: what was said once is said for ever. */
function textOf(part: SerialPart, now: number): string {
  const { from, bootedAt, upAt, facts } = part;
  const end = Math.min(part.until ?? now, now);
  const lines: { at: number; text: string }[] = bootLog(facts).map(({ at, spans }) => ({
    at: bootedAt + at * (upAt - bootedAt),
    text: `${spans.map(([text, color]) => (color === "good" ? `\u001b[0;32m${text}\u001b[0m` : text)).join("")}\r\n`,
  }));
  lines.push({ at: upAt, text: `\r\n${facts.system} ${facts.hostname} ttyS0\r\n\r\n${facts.hostname} login: ` });
  const stamped = (at: number, text: string): string => `[${((at - bootedAt) / 1_000).toFixed(6).padStart(12)}] ${text}\r\n`;
  for (let n = 0; ; n += 1) {
    const seconds = MURMURS_AT_SECONDS[n] ?? (n - MURMURS_AT_SECONDS.length + 2) * MURMUR_EVERY_SECONDS;
    const at = upAt + seconds * 1_000;
    if (at >= end) break;
    // The first ends the line of the prompt.
    lines.push({ at, text: `${n === 0 ? "\r\n" : ""}${stamped(at, MURMURS[n % MURMURS.length] ?? "")}` });
  }
  const said = lines.filter(({ at }) => at >= from && at < end).map(({ text }) => text);
  if (part.farewell && part.until !== null && now >= part.until) said.push(...FAREWELL.map((text) => stamped(end, text)));
  return said.join("");
}
