import { createHash, randomUUID } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Database } from "./database.ts";
import { StartupError } from "./startup-error.ts";

/**
 * Applies `prisma/migrations` and books them in Prisma's own table, so that Prisma's command line understands the database too.
 * Each migration and its booking are one transaction: a crash leaves all of it or nothing.
 */
const BOOK = `create table if not exists _prisma_migrations (
  id varchar(36) primary key, checksum varchar(64) not null, finished_at timestamptz, migration_name varchar(255) not null,
  logs text, rolled_back_at timestamptz, started_at timestamptz not null default now(), applied_steps_count integer not null default 0)`;

/** The advisory lock that Prisma's command line takes too: of two that start together, one migrates and the other waits. */
const LOCK = "select pg_advisory_xact_lock(72707369)";

export interface Migration {
  name: string;
  sql: string;
  /** SHA-256 of the file, as Prisma computes it */
  checksum: string;
}

/** One connection: a transaction begun in it is ended in it. */
interface Connection {
  query<Row>(text: string, values?: unknown[]): Promise<Row[]>;
  exec(text: string): Promise<void>;
}

/** The migrations in `root`, in their order. */
export async function readMigrations(root: string): Promise<Migration[]> {
  const folder = join(root, "prisma/migrations");
  const names = (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isDirectory()).map((entry) => entry.name).sort();
  return Promise.all(
    names.map(async (name) => {
      const sql = await readFile(join(folder, name, "migration.sql"), "utf8");
      return { name, sql, checksum: createHash("sha256").update(sql).digest("hex") };
    }),
  );
}

/**
 * Brings the database up to date.
 * @returns the names of the migrations that were applied now
 * @throws StartupError when the database was migrated by newer code, an applied migration was edited, or one fails
 */
export async function applyMigrations(database: Database, migrations: readonly Migration[]): Promise<string[]> {
  return withConnection(database, async (connection) => {
    const applied: string[] = [];
    await inTransaction(connection, () => connection.exec(BOOK));
    for (;;) {
      const name = await inTransaction(connection, () => applyNext(connection, migrations));
      if (!name) return applied;
      applied.push(name);
    }
  });
}

async function applyNext(connection: Connection, migrations: readonly Migration[]): Promise<string | undefined> {
  const next = await findNext(connection, migrations);
  if (!next) return undefined;
  try {
    await connection.exec(next.sql);
  } catch (error) {
    throw new StartupError(`migration ${next.name} failed, nothing of it was kept: ${(error as Error).message}`);
  }
  await connection.query(
    "insert into _prisma_migrations (id, checksum, migration_name, started_at, finished_at, applied_steps_count) values ($1, $2, $3, now(), clock_timestamp(), 1)",
    [randomUUID(), next.checksum, next.name],
  );
  return next.name;
}

async function findNext(connection: Connection, migrations: readonly Migration[]): Promise<Migration | undefined> {
  const booked = await connection.query<{ migration_name: string; checksum: string }>(
    "select migration_name, checksum from _prisma_migrations where finished_at is not null and rolled_back_at is null order by migration_name",
  );
  const known = new Map(migrations.map((migration) => [migration.name, migration]));
  const unknown = booked.filter((row) => !known.has(row.migration_name));
  if (unknown.length > 0) {
    throw new StartupError(`the database was migrated by a newer Switchyard (${unknown.map((row) => row.migration_name).join(", ")}); start that version or restore an older backup`);
  }
  const edited = booked.find((row) => known.get(row.migration_name)?.checksum !== row.checksum);
  if (edited) throw new StartupError(`migration ${edited.migration_name} was changed after it was applied; restore the file and add a new migration`);
  const done = new Set(booked.map((row) => row.migration_name));
  return migrations.find((migration) => !done.has(migration.name));
}

async function inTransaction<T>(connection: Connection, work: () => Promise<T>): Promise<T> {
  await connection.exec(`begin; ${LOCK}`);
  try {
    const result = await work();
    await connection.exec("commit");
    return result;
  } catch (error) {
    await connection.exec("rollback");
    throw error;
  }
}

/** A pool gives each statement to whichever connection is free; what spans statements needs one of its own. */
async function withConnection<T>(database: Database, work: (connection: Connection) => Promise<T>): Promise<T> {
  if ("pglite" in database.raw) {
    const { pglite } = database.raw;
    return work({
      query: async <Row>(text: string, values?: unknown[]) => (await pglite.query<Row>(text, values)).rows,
      exec: async (text) => void (await pglite.exec(text)),
    });
  }
  const client = await database.raw.pool.connect();
  let failed = true;
  try {
    const result = await work({
      query: async <Row>(text: string, values?: unknown[]) => (await client.query(text, values)).rows as Row[],
      exec: async (text) => void (await client.query(text)),
    });
    failed = false;
    return result;
  } finally {
    // After a failure the connection's state is not to be trusted (settings, an open transaction): it is closed, not given back.
    client.release(failed);
  }
}
