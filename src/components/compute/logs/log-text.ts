import type { VmLogLine } from "#shared/compute/logs.ts";

/** Lines as a file: one each, with its time, level and source. */
export function logText(lines: readonly VmLogLine[]): string {
  return lines.map((line) => `${line.timestamp} ${line.level.toUpperCase().padEnd(7)} [${line.source}] ${line.message}${line.operationId ? ` (${line.operationId})` : ""}\n`).join("");
}
