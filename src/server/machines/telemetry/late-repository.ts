import type { Tx } from "#server/infra/events.ts";

/**
 * Held shared by whoever stores messages, and alone for the moment in which `closed_until` moves: each message stored since is known to be late or not, and those
 * that are not late are committed. No reading is missed, none counted twice, however long a transaction took.
 */
export const STORING_LOCK = 62_610_051;

/** One value of a metric at a moment. */
export interface Reading {
  machine_id: string;
  metric: string;
  at: string;
  value: number;
}

/** Keeps readings that the roll-ups will not find in device_message. */
export async function insertLate(tx: Tx, readings: readonly Reading[]): Promise<void> {
  if (readings.length === 0) return;
  await tx.$executeRawUnsafe(
    `insert into telemetry_late (machine_id, metric, at, value)
      select machine_id, metric, at, value from jsonb_to_recordset($1::jsonb) as row (machine_id text, metric text, at timestamptz, value float8)`,
    JSON.stringify(readings),
  );
}
