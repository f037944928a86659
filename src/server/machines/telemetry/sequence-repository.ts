import type { Tx } from "#server/infra/events.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { STORING_LOCK } from "./late-repository.ts";

/** What names a message: a device numbers them within each of its boots. */
export interface MessageKey {
  machine_id: string;
  boot: string;
  seq: string;
}

/**
 * Notes messages as taken. The machines' locks must be held: whoever had them before has committed, and is seen. From here to the transaction's end, readings are not
 * declared late (late-repository.ts).
 * @param keys each once
 * @returns those that were taken before, as "machine boot seq"
 */
export async function takeSequences(tx: Tx, keys: readonly MessageKey[], at: Date): Promise<Set<string>> {
  const [row] = await tx.$queryRawUnsafe<{ known: string[] | null }[]>(
    `with storing as materialized (
        select pg_advisory_xact_lock_shared(${STORING_LOCK})
      ), said as (
        select row.* from storing, jsonb_to_recordset($1::jsonb) as row (machine_id text, boot text, seq bigint)
      ), written as (
        insert into device_sequence (machine_id, boot, block, seen, last_at)
        select machine_id, boot, seq / 1024, bit_or(set_bit(repeat('0', 1024)::bit(1024), (seq % 1024)::int, 1)), $2::timestamptz from said group by 1, 2, 3
        on conflict (machine_id, boot, block) do update set seen = device_sequence.seen | excluded.seen, last_at = greatest(device_sequence.last_at, excluded.last_at)
      )
      select array_agg(said.machine_id || ' ' || said.boot || ' ' || said.seq) as known
      from said join device_sequence before on before.machine_id = said.machine_id and before.boot = said.boot and before.block = said.seq / 1024
      where get_bit(before.seen, (said.seq % 1024)::int) = 1`,
    JSON.stringify(keys),
    at.toISOString(),
  );
  return new Set(row?.known ?? []);
}

/** Forgets blocks of which nothing came since `before`. */
export async function pruneSequences(rt: Runtime, before: Date): Promise<void> {
  await rt.db.query({ text: "delete from device_sequence where last_at < $1::timestamptz", values: [before.toISOString()] });
}
