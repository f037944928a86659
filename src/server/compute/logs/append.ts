import type { LogLevel, LogSource } from "#shared/compute/logs.ts";
import type { Tx } from "#server/infra/events.ts";
import { insertLines } from "./log-repository.ts";

export const MAX_MESSAGE = 1_000;
/** Colours and the like, as programs write them to terminals (ECMA-48, 5.4). */
const TERMINAL_CODES = /\u001b\[[0-?]*[ -/]*[@-~]/g; // oxlint-disable-line no-control-regex -- it is what is looked for

/** A line of a VM's log. Never a secret: its customer reads it. */
export interface VmLogEntry {
  vmId: string;
  at: Date;
  source: LogSource;
  message: string;
  /** info unless given */
  level?: LogLevel;
  operationId?: string | null;
}

/** Writes to a VM's log, in the transaction of what the line tells of: it is there when that happened, and only then. A VM that does not exist has no log. */
export async function appendVmLog(tx: Tx, ...entries: VmLogEntry[]): Promise<void> {
  await insertLines(
    tx,
    entries.map(({ vmId, at, source, message, level = "info", operationId = null }) => ({ vmId, at, source, level, operationId, message: oneLine(message) })),
  );
}

/** What a host says may have anything in it; a line is one line, of what a terminal can show. */
function oneLine(text: string): string {
  const line = text.replaceAll(TERMINAL_CODES, "").replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ").trim();
  return line.length > MAX_MESSAGE ? `${line.slice(0, MAX_MESSAGE - 1)}…` : line;
}
