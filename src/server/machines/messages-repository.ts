import type { Tx } from "#server/infra/events.ts";
import type { Prisma, RejectedMessage } from "#server/infra/prisma/client.ts";
import type { Runtime } from "#server/infra/runtime.ts";

/** What the bridge must know of a machine to take its messages. */
export interface MachineState {
  id: string;
  organizationId: string;
  status: string;
  mqttSession: string | null;
  connectedAt: Date | null;
  firstReadingAt: Date | null;
}

export interface MessageRow {
  machine_id: string;
  boot: string;
  seq: string;
  kind: string;
  payload: unknown;
  device_time: string | null;
  received_at: string;
}

/** The machines of a batch, locked in the order of their ids, so that two bridges never wait for each other. */
export async function lockMachines(tx: Tx, ids: readonly string[]): Promise<MachineState[]> {
  return tx.$queryRawUnsafe<MachineState[]>(
    `select id, organization_id as "organizationId", status, mqtt_session as "mqttSession", connected_at as "connectedAt", first_reading_at as "firstReadingAt"
      from machine where id in (select jsonb_array_elements_text($1::jsonb)) order by id for no key update`,
    JSON.stringify(ids),
  );
}

/**
 * Stores messages that were not stored before (`takeSequences`). The batch travels as one JSON parameter: one statement whatever its size. A statement of its own,
 * after the lock that `takeSequences` takes: it must see how far the roll-ups are closed now.
 * @returns those that came too late for them, as "machine boot seq"
 */
export async function insertMessages(tx: Tx, rows: readonly MessageRow[]): Promise<Set<string>> {
  const [result] = await tx.$queryRawUnsafe<{ late: string[] | null }[]>(
    `with inserted as (
        insert into device_message (machine_id, boot, seq, kind, payload, device_time, received_at, late)
        select machine_id, boot, seq, kind, payload, device_time, received_at, received_at < (select closed_until from telemetry_watermark)
        from jsonb_to_recordset($1::jsonb) as row (machine_id text, boot text, seq bigint, kind text, payload jsonb, device_time timestamptz, received_at timestamptz)
        returning machine_id, boot, seq, late)
      select array_agg(machine_id || ' ' || boot || ' ' || seq) filter (where late) as late from inserted`,
    JSON.stringify(rows),
  );
  return new Set(result?.late ?? []);
}

/** The newest readings: within a boot by sequence, over boots by the time of receipt. A reading that a message does not repeat is kept within its boot. */
export async function upsertLatest(tx: Tx, rows: readonly { machine_id: string; metrics: Record<string, number>; boot: string; seq: number; received_at: string }[]): Promise<void> {
  await tx.$executeRawUnsafe(
    `insert into machine_latest (machine_id, metrics, boot, seq, received_at)
      select machine_id, metrics, boot, seq, received_at
      from jsonb_to_recordset($1::jsonb) as row (machine_id text, metrics jsonb, boot text, seq bigint, received_at timestamptz)
      on conflict (machine_id) do update set
        metrics = case when machine_latest.boot = excluded.boot then machine_latest.metrics || excluded.metrics else excluded.metrics end,
        boot = excluded.boot, seq = excluded.seq, received_at = excluded.received_at
      where (machine_latest.boot = excluded.boot and excluded.seq > machine_latest.seq)
        or (machine_latest.boot <> excluded.boot and excluded.received_at >= machine_latest.received_at)`,
    JSON.stringify(rows),
  );
}

/** Notes that machines were heard. Not at every message: the column is indexed, and heartbeats are five seconds at the least. */
export async function touchMachines(tx: Tx, ids: readonly string[], at: Date): Promise<void> {
  await tx.$executeRawUnsafe(
    `update machine set last_seen_at = $2::timestamptz
      where id in (select jsonb_array_elements_text($1::jsonb)) and (last_seen_at is null or last_seen_at < $2::timestamptz - interval '2 seconds')`,
    JSON.stringify(ids),
    at.toISOString(),
  );
}

/** What a batch changes in who is there; `null` in the last three: as it was. */
export interface PresenceRow {
  id: string;
  status: string;
  mqtt_session: string | null;
  connected_at: string | null;
  first_reading_at: string | null;
  status_changed_at: string | null;
  firmware_version: string | null;
  ip: string | null;
}

/** Writes it of all of them in one statement. */
export async function writePresence(tx: Tx, rows: readonly PresenceRow[]): Promise<void> {
  if (rows.length === 0) return;
  await tx.$executeRawUnsafe(
    `update machine set status = row.status, mqtt_session = row.mqtt_session, connected_at = row.connected_at, first_reading_at = row.first_reading_at,
        status_changed_at = coalesce(row.status_changed_at, machine.status_changed_at), firmware_version = coalesce(row.firmware_version, machine.firmware_version), ip = coalesce(row.ip, machine.ip)
      from jsonb_to_recordset($1::jsonb) as row (id text, status text, mqtt_session text, connected_at timestamptz, first_reading_at timestamptz, status_changed_at timestamptz, firmware_version text, ip text)
      where machine.id = row.id`,
    JSON.stringify(rows),
  );
}

const KEPT_REJECTED = 500;

/** Puts messages into quarantine; of each machine the newest 500 are kept. */
export async function insertRejected(tx: Tx, rows: readonly RejectedMessage[]): Promise<void> {
  if (rows.length === 0) return;
  await tx.rejectedMessage.createMany({ data: [...rows] satisfies Prisma.RejectedMessageCreateManyInput[] });
  await tx.$executeRawUnsafe(
    `delete from rejected_message where id in (
      select id from (
        select id, row_number() over (partition by machine_id order by id desc) as nth from rejected_message
        where coalesce(machine_id, '') in (select jsonb_array_elements_text($1::jsonb))
      ) numbered where nth > $2::int)`,
    JSON.stringify([...new Set(rows.map((row) => row.machineId ?? ""))]),
    KEPT_REJECTED,
  );
}

/** Machines that should have been heard: three heartbeats have gone by since they were, or since `listeningSince`. */
export async function findSilent(rt: Runtime, now: Date, listeningSince: Date): Promise<{ id: string }[]> {
  return rt.db.query<{ id: string }>({
    name: "machines_silent",
    text: `select id from machine where status = 'online'
      and greatest(coalesce(last_seen_at, 'epoch'), $2::timestamptz) < $1::timestamptz - make_interval(secs => 3 * heartbeat_seconds) limit 1000`,
    values: [now.toISOString(), listeningSince.toISOString()],
  });
}

/** Whether the machine is silent still, asked under its lock. */
export async function isSilent(tx: Tx, id: string, now: Date): Promise<boolean> {
  const rows = await tx.$queryRawUnsafe<unknown[]>(
    `select 1 from machine where id = $1 and status = 'online' and coalesce(last_seen_at, 'epoch') < $2::timestamptz - make_interval(secs => 3 * heartbeat_seconds)`,
    id,
    now.toISOString(),
  );
  return rows.length > 0;
}

export async function deleteRejectedBefore(rt: Runtime, before: Date): Promise<void> {
  await rt.db.query({ text: "delete from rejected_message where received_at < $1::timestamptz", values: [before.toISOString()] });
}

/** Throws while the database is away. */
export async function pingDatabase(rt: Runtime): Promise<void> {
  await rt.db.query({ text: "select 1" });
}
