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

export interface Migration {
  name: string;
  sql: string;
  /** SHA-256 of the file, as Prisma computes it */
  checksum: string;
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
 * @throws StartupError when the database was migrated by newer code, or an applied migration was edited
 */
export async function applyMigrations(database: Database, migrations: readonly Migration[]): Promise<string[]> {
  await database.exec(BOOK);
  const applied: string[] = [];
  for (;;) {
    const next = await nextMigration(database, migrations);
    if (!next) return applied;
    await apply(database, next);
    applied.push(next.name);
  }
}

async function nextMigration(database: Database, migrations: readonly Migration[]): Promise<Migration | undefined> {
  const booked = await database.query<{ migration_name: string; checksum: string }>({
    text: "select migration_name, checksum from _prisma_migrations where finished_at is not null and rolled_back_at is null order by migration_name",
  });
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

async function apply(database: Database, migration: Migration): Promise<void> {
  // Two processes that start together: the second waits for the lock, then fails on the booked name and looks again.
  const book = `insert into _prisma_migrations (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
    select '${randomUUID()}', '${migration.checksum}', '${migration.name.replaceAll("'", "''")}', now(), now(), 1`;
  try {
    await database.exec(`begin; lock table _prisma_migrations in exclusive mode;
      do $booked$ begin if exists (select 1 from _prisma_migrations where migration_name = '${migration.name.replaceAll("'", "''")}' and finished_at is not null) then
        raise exception 'already applied' using errcode = 'SY001'; end if; end $booked$;
      ${migration.sql}
      ;${book}; commit;`);
  } catch (error) {
    await database.exec("rollback").catch(() => {});
    if ((error as { code?: string }).code === "SY001") return;
    throw new StartupError(`migration ${migration.name} failed, nothing of it was kept: ${(error as Error).message}`);
  }
}
