import type { z } from "zod";
import { LOG_LEVELS, type vmLogsInput, type vmLogsOutput } from "#shared/compute/logs.ts";
import type { Scope } from "#server/identity/actor.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { visible } from "../policy.ts";
import { vmRow } from "../repository.ts";
import { newestLines } from "./log-repository.ts";
import { readSerialLog } from "./serial.ts";

/** The newest lines of a VM's log, oldest first; `cursor` goes back from there. */
export async function listVmLogs(rt: Runtime, scope: Scope, input: z.infer<typeof vmLogsInput>): Promise<z.infer<typeof vmLogsOutput>> {
  const vm = visible(await vmRow(rt, input.id), scope, "VM");
  // Those who look further back, or for what is alarming, want none of what is new there.
  if ((input.source ?? "serial") === "serial" && (input.level ?? "info") === "info" && input.cursor === undefined) await readSerialLog(rt, vm);
  const isLine = input.since !== undefined && /^\d+$/.test(input.since);
  const rows = await newestLines(
    rt,
    {
      vmId: vm.id,
      before: input.cursor ?? null,
      after: isLine ? (input.since ?? null) : null,
      afterTime: !isLine && input.since !== undefined ? new Date(input.since) : null,
      levels: LOG_LEVELS.slice(input.level === undefined ? 0 : LOG_LEVELS.indexOf(input.level)),
      source: input.source ?? null,
      search: input.search === undefined || input.search === "" ? null : input.search,
    },
    input.lines + 1,
  );
  const shown = rows.slice(0, input.lines);
  return {
    vmId: vm.id,
    logs: shown.toReversed().map(({ id, at, level, source, message, operationId }) => ({ id: id.toString(), timestamp: at.toISOString(), level, source, message, operationId })),
    nextCursor: rows.length > shown.length ? (shown.at(-1)?.id.toString() ?? null) : null,
  };
}
