import type { Database } from "#server/infra/database.ts";

export interface StoredAnswer {
  bodyHash: string;
  /** null: the first call is still running */
  status: number | null;
  /** sealed */
  body: string | null;
}

/** Takes the key for a call that is to run now; false: it is taken. An expired row, and one whose call must have died, is taken over. */
export async function reserve(db: Database, row: { scope: string; key: string; bodyHash: string; now: Date; expiredBefore: Date; abandonedBefore: Date }): Promise<boolean> {
  const taken = await db.query<{ key: string }>({
    name: "idempotency_reserve",
    text: `insert into idempotency_key (scope, key, body_hash, created_at) values ($1, $2, $3, $4)
      on conflict (scope, key) do update set body_hash = excluded.body_hash, status = null, body = null, created_at = excluded.created_at
        where idempotency_key.created_at < $5 or (idempotency_key.status is null and idempotency_key.created_at < $6)
      returning key`,
    values: [row.scope, row.key, row.bodyHash, row.now, row.expiredBefore, row.abandonedBefore],
  });
  return taken.length > 0;
}

export async function findAnswer(db: Database, scope: string, key: string): Promise<StoredAnswer | null> {
  const rows = await db.query<StoredAnswer>({
    name: "idempotency_find",
    text: `select body_hash as "bodyHash", status, body from idempotency_key where scope = $1 and key = $2`,
    values: [scope, key],
  });
  return rows[0] ?? null;
}

export async function storeAnswer(db: Database, scope: string, key: string, status: number, body: string): Promise<void> {
  await db.query({ name: "idempotency_store", text: "update idempotency_key set status = $3, body = $4 where scope = $1 and key = $2", values: [scope, key, status, body] });
}

/** Lets the key go: its call had no answer worth keeping. */
export async function release(db: Database, scope: string, key: string): Promise<void> {
  await db.query({ name: "idempotency_release", text: "delete from idempotency_key where scope = $1 and key = $2 and status is null", values: [scope, key] });
}
