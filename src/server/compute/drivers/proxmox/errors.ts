import { DriverError, type DriverFailure } from "../errors.ts";

/**
 * What Proxmox meant, where the driver acts by it.
 * - `locked`: the VM's configuration has a lock · `busy`: a lock file was not free in time · `absent`: no such VM on that node
 * - `exists`: the number is taken · `not_running`, `running`: in the other state already · `no_task`: it does not know the task (any more)
 * - `garbage`: the answer is none of Proxmox's
 */
export type ProxmoxReason = "connection" | "certificate" | "credentials" | "permission" | "parameters" | "locked" | "busy" | "absent" | "exists" | "not_running" | "running" | "no_task" | "garbage" | "other";

export class ProxmoxError extends DriverError {
  readonly reason: ProxmoxReason;

  constructor(failure: DriverFailure, reason: ProxmoxReason, message: string, cause?: unknown) {
    super(failure, message, cause);
    this.name = "ProxmoxError";
    this.reason = reason;
  }
}

/** Texts of Proxmox by what they mean; the first that fits. They come in status lines and as the end of tasks alike. */
const TEXTS: readonly [RegExp, DriverFailure, ProxmoxReason][] = [
  [/Configuration file '.*' does not exist/i, "not_found", "absent"],
  [/\bVM \d+ does not exist|no such VM\b/i, "not_found", "absent"],
  [/\bis locked \(/i, "unavailable", "locked"],
  [/can't lock file|got lock (request )?timeout|cfs-lock .*(timeout|error)|trying to acquire (cfs )?lock/i, "unavailable", "busy"],
  [/no quorum|cluster not ready|checksum mismatch/i, "unavailable", "busy"],
  [/\bVM \d+ already exists|config file already exists|already exists on node/i, "refused", "exists"],
  [/\bVM \d+ (is )?already running/i, "refused", "running"],
  [/\bVM \d+ (is )?not running|not running\b/i, "refused", "not_running"],
  [/no such task/i, "refused", "no_task"],
];

/** What a text of Proxmox means. `otherwise`: where it is none that we know. */
export function meaningOf(text: string, otherwise: DriverFailure): [DriverFailure, ProxmoxReason] {
  for (const [pattern, failure, reason] of TEXTS) if (pattern.test(text)) return [failure, reason];
  return [otherwise, "other"];
}

/**
 * The error of an answer that is none of success.
 * @param changes whether the request changes something: then a lost answer leaves the outcome unknown
 */
export function errorOfAnswer(answer: { status: number; message: string; errors: Readonly<Record<string, string>> }, changes: boolean): ProxmoxError {
  const { status } = answer;
  const details = Object.entries(answer.errors).map(([name, why]) => `${name}: ${why.trim()}`);
  const text = [answer.message, ...details].filter(Boolean).join(" ") || "no reason given";
  const say = (failure: DriverFailure, reason: ProxmoxReason): ProxmoxError => new ProxmoxError(failure, reason, `Proxmox: ${text} (${status})`);
  if (status === 401) return say("refused", "credentials");
  if (status === 403) return say("refused", "permission");
  // 596 and 599: pveproxy lost the daemon, or had no answer within 30 s; a gateway before it says 502 or 504. The work may go on. 595 and 503 never reached it.
  if (status === 596 || status === 599 || status === 502 || status === 504) return say(changes ? "unknown" : "unavailable", "connection");
  if (status === 595 || status === 503 || status === 429) return say("unavailable", "connection");
  const [failure, reason] = meaningOf(text, status >= 500 && status !== 501 && !changes ? "unavailable" : "refused");
  return say(failure, status === 400 && reason === "other" ? "parameters" : reason);
}

/** The error of a task that ended badly. `exitStatus` is its own last line. */
export function errorOfTask(type: string, exitStatus: string): ProxmoxError {
  const [failure, reason] = meaningOf(exitStatus, "refused");
  return new ProxmoxError(failure, reason, `Proxmox: task ${type} failed: ${exitStatus}`);
}
