import type { Tx } from "#server/infra/events.ts";
import type { Runtime } from "#server/infra/runtime.ts";

/** Keeps the last that devices said of themselves. One that has sent no reading yet gets a row that any reading replaces. */
export async function upsertDiagnostics(tx: Tx, rows: readonly { machine_id: string; diag: object; boot: string; at: string }[]): Promise<void> {
  await tx.$executeRawUnsafe(
    `insert into machine_latest (machine_id, metrics, boot, seq, received_at, diag, diag_at)
      select machine_id, '{}', boot, -1, at, diag, at from jsonb_to_recordset($1::jsonb) as row (machine_id text, boot text, diag jsonb, at timestamptz)
      on conflict (machine_id) do update set diag = excluded.diag, diag_at = excluded.diag_at`,
    JSON.stringify(rows),
  );
}

export interface DiagnosticsRow {
  status: string;
  statusChangedAt: Date | null;
  lastSeenAt: Date | null;
  heartbeatSeconds: number;
  firmwareVersion: string | null;
  metrics: Record<string, number> | null;
  diag: Record<string, string | number | boolean | null> | null;
  diagAt: Date | null;
  offlineCount: number;
  rejectedCount: number;
}

export async function findDiagnostics(rt: Runtime, machineId: string, since: Date): Promise<DiagnosticsRow | undefined> {
  const rows = await rt.db.query<DiagnosticsRow>({
    name: "machine_diagnostics",
    text: `select machine.status, status_changed_at as "statusChangedAt", last_seen_at as "lastSeenAt", heartbeat_seconds as "heartbeatSeconds", firmware_version as "firmwareVersion",
        latest.metrics, latest.diag, latest.diag_at as "diagAt",
        (select count(*)::int from machine_connection where machine_connection.machine_id = machine.id and type = 'machine.offline' and at >= $2::timestamptz) as "offlineCount",
        (select count(*)::int from rejected_message where rejected_message.machine_id = machine.id) as "rejectedCount"
      from machine left join machine_latest latest on latest.machine_id = machine.id where machine.id = $1`,
    values: [machineId, since.toISOString()],
  });
  return rows[0];
}

export interface LogPosition {
  receivedAt: string;
  boot: string;
  seq: string;
}

export interface LogRow {
  boot: string;
  seq: bigint;
  kind: "log" | "event";
  payload: { level: string; message?: string; tag?: string; type?: string; data?: Record<string, unknown> };
  deviceTime: Date | null;
  receivedAt: Date;
}

/** What a machine wrote or what happened to it, newest first, before a position. */
export async function findLog(
  rt: Runtime,
  machineId: string,
  filter: { kinds: readonly string[]; levels: readonly string[]; search: string | null; before: LogPosition | null; limit: number },
): Promise<LogRow[]> {
  return rt.db.query<LogRow>({
    text: `select boot, seq, kind, payload, device_time as "deviceTime", received_at as "receivedAt" from device_message
      where machine_id = $1 and kind = any ($2::text[]) and payload ->> 'level' = any ($3::text[])
        and ($4::text is null or strpos(lower(coalesce(payload ->> 'message', payload ->> 'type')), lower($4::text)) > 0)
        and ($5::timestamptz is null or (received_at, boot, seq) < ($5::timestamptz, $6::text, $7::bigint))
      order by received_at desc, boot desc, seq desc limit $8::int`,
    values: [machineId, filter.kinds, filter.levels, filter.search, filter.before?.receivedAt ?? null, filter.before?.boot ?? null, filter.before?.seq ?? null, filter.limit],
  });
}
