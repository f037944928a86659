import { Buffer } from "node:buffer";
import type { z } from "zod";
import { AppError, notFound } from "#shared/errors.ts";
import { type Diagnostics, type diagnosticsOutput, MACHINE_LOG_LEVELS, type MachineLogLevel, type machineLogInput, type machineLogOutput } from "#shared/machines/diagnostics.ts";
import type { Scope } from "#server/identity/actor.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { isVisible } from "../machines-repository.ts";
import { findDiagnostics, findLog, type LogPosition, type LogRow } from "./diagnostics-repository.ts";

const DAY_MS = 86_400_000;

/** How a machine is, by what it last said and by what the server saw of it. @throws AppError NOT_FOUND */
export async function getDiagnostics(rt: Runtime, scope: Scope, id: string): Promise<z.output<typeof diagnosticsOutput>> {
  const row = (await isVisible(rt, scope, id)) ? await findDiagnostics(rt, id, new Date(rt.clock.now().getTime() - DAY_MS)) : undefined;
  if (!row) throw notFound("machine");
  const reported = row.diag ?? {};
  const number = (name: string): number | null => [row.metrics?.[name], reported[name]].find((value) => typeof value === "number") ?? null;
  return {
    machineId: id,
    status: row.status,
    statusChangedAt: row.statusChangedAt?.toISOString() ?? null,
    lastSeenAt: row.lastSeenAt?.toISOString() ?? null,
    heartbeatSeconds: row.heartbeatSeconds,
    firmwareVersion: row.firmwareVersion,
    resetReason: typeof reported["reset_reason"] === "string" ? reported["reset_reason"] : null,
    boots: number("boots"),
    uptimeSeconds: number("uptime_s"),
    heapFreeBytes: number("heap_free_b"),
    rssiDbm: number("rssi_dbm"),
    offlineCount24h: row.offlineCount,
    rejectedCount: row.rejectedCount,
    reported,
    reportedAt: row.diagAt?.toISOString() ?? null,
  } satisfies Diagnostics;
}

/** A machine's log, newest first. @throws AppError NOT_FOUND; INVALID_REQUEST for a cursor that is none */
export async function listLog(rt: Runtime, scope: Scope, input: z.output<typeof machineLogInput>): Promise<z.output<typeof machineLogOutput>> {
  if (!(await isVisible(rt, scope, input.id))) throw notFound("machine");
  const rows = await findLog(rt, input.id, {
    kinds: input.source ? [input.source] : ["log", "event"],
    levels: MACHINE_LOG_LEVELS.slice(input.level ? MACHINE_LOG_LEVELS.indexOf(input.level) : 0),
    search: input.search || null,
    before: input.cursor === undefined ? null : readPosition(input.cursor),
    limit: input.limit + 1,
  });
  const page = rows.slice(0, input.limit);
  const last = page.at(-1);
  return {
    data: page.map((row) => ({
      id: writePosition(row),
      receivedAt: row.receivedAt.toISOString(),
      deviceTime: row.deviceTime?.toISOString() ?? null,
      // The bridge stored what its schema let through: the level is one of these.
      level: row.payload.level as MachineLogLevel,
      source: row.kind,
      message: row.payload.message ?? row.payload.type ?? "",
      tag: row.payload.tag ?? null,
      data: row.payload.data ?? null,
    })),
    nextCursor: rows.length > input.limit && last ? writePosition(last) : null,
  };
}

/** Where a line stands, as text: the time of receipt, and which message it is. */
function writePosition({ receivedAt, boot, seq }: LogRow): string {
  return Buffer.from(`${receivedAt.getTime()} ${boot} ${seq}`).toString("base64url");
}

function readPosition(cursor: string): LogPosition {
  const match = /^(\d{1,15}) ([0-9A-Za-z_-]{1,32}) (\d{1,18})$/.exec(Buffer.from(cursor, "base64url").toString("utf8"));
  if (!match) throw new AppError("INVALID_REQUEST", "The cursor is not one of an answer.", { details: [{ field: "cursor", message: "must be next_cursor of an answer" }] });
  const [, time, boot, seq] = match;
  return { receivedAt: new Date(Number(time)).toISOString(), boot: boot ?? "", seq: seq ?? "" };
}
