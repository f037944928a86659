import { randomBytes } from "node:crypto";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import pg from "pg";
import { afterEach, describe, expect, it } from "vitest";
import { withDatabase } from "../testing/global-setup.ts";
import { type Database, openDatabase, wrapPglite } from "./database.ts";
import { applyMigrations, type Migration, readMigrations } from "./migrations.ts";
import { diffToSchema } from "./schema-engine.ts";
import { StartupError } from "./startup-error.ts";

const server = process.env.TEST_DATABASE_URL;
const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** An empty database: PGlite, or a new one on PostgreSQL. */
async function blankDatabase(): Promise<Database> {
  if (!server) {
    const database = wrapPglite(await PGlite.create());
    closers.push(() => database.close());
    return database;
  }
  const name = `switchyard_test_${process.ppid}_${randomBytes(6).toString("hex")}`;
  const admin = new pg.Client({ connectionString: server });
  await admin.connect();
  await admin.query(`create database ${name}`);
  closers.push(async () => {
    await admin.query(`drop database ${name} with (force)`);
    await admin.end();
  });
  return openAgain(withDatabase(server, name));
}

async function openAgain(databaseUrl: string): Promise<Database> {
  const database = await openDatabase({ databaseUrl, databasePoolSize: 3, databaseWaitSeconds: 5, dataDir: "", ephemeral: false });
  closers.push(() => database.close());
  return database;
}

const migration = (name: string, sql: string, checksum = name): Migration => ({ name, sql, checksum });
const FIRST = migration("20260101000000_first", "create table first (id int); insert into first values (1);");
const SECOND = migration("20260102000000_second", "create table second (id int);");

async function tables(database: Database): Promise<string[]> {
  const rows = await database.query<{ name: string }>({
    text: "select table_name as name from information_schema.tables where table_schema = 'public' and table_name <> '_prisma_migrations' order by 1",
  });
  return rows.map((row) => row.name);
}

describe("the migrations of this repository", () => {
  it("agree with prisma/schema", async () => {
    const pglite = await PGlite.create();
    const database = wrapPglite(pglite);
    closers.push(() => database.close());
    await applyMigrations(database, await readMigrations(process.cwd()));
    expect(await diffToSchema(pglite, process.cwd()), "write what is missing with: npm run db:new -- <name>").toBe("");
  });

  it("would be found to disagree when the schema has a column more", async () => {
    const root = await mkdtemp(join(tmpdir(), "switchyard-schema-"));
    closers.push(() => rm(root, { recursive: true }));
    await cp("prisma/schema", join(root, "prisma/schema"), { recursive: true });
    const file = join(root, "prisma/schema/platform.prisma");
    await writeFile(file, (await readFile(file, "utf8")).replace("model EventCursor {", "model EventCursor {\n  note String?"));
    const pglite = await PGlite.create();
    const database = wrapPglite(pglite);
    closers.push(() => database.close());
    await applyMigrations(database, await readMigrations(process.cwd()));
    expect(await diffToSchema(pglite, root)).toMatch(/ALTER TABLE "event_cursor" ADD COLUMN\s+"note" TEXT/);
  });
});

describe("applyMigrations", () => {
  it("applies each migration once, in order, and books it as Prisma does", async () => {
    const database = await blankDatabase();
    expect(await applyMigrations(database, [FIRST])).toEqual([FIRST.name]);
    expect(await applyMigrations(database, [FIRST, SECOND])).toEqual([SECOND.name]);
    expect(await applyMigrations(database, [FIRST, SECOND])).toEqual([]);
    expect(await tables(database)).toEqual(["first", "second"]);
    const booked = await database.query({ text: "select migration_name, checksum, applied_steps_count, finished_at is not null as finished from _prisma_migrations order by 1" });
    expect(booked).toEqual([FIRST, SECOND].map(({ name, checksum }) => ({ migration_name: name, checksum, applied_steps_count: 1, finished: true })));
  });

  it("refuses a database that newer code has migrated, with one sentence that names the migration", async () => {
    const database = await blankDatabase();
    await applyMigrations(database, [FIRST, SECOND]);
    const refusal = await applyMigrations(database, [FIRST]).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(StartupError);
    expect((refusal as Error).message).toBe(
      `the database was migrated by a newer Switchyard (${SECOND.name}); start that version or restore an older backup`,
    );
  });

  it("refuses a migration that was edited after it was applied", async () => {
    const database = await blankDatabase();
    await applyMigrations(database, [FIRST]);
    const edited = { ...FIRST, checksum: "another" };
    await expect(applyMigrations(database, [edited, SECOND])).rejects.toThrow(`migration ${FIRST.name} was changed after it was applied`);
    expect(await tables(database)).toEqual(["first"]);
  });

  it("keeps nothing of a migration that fails half-way, and works again once it is mended", async () => {
    const database = await blankDatabase();
    const broken = migration(SECOND.name, "create table second (id int); insert into second values (1); select 1 / 0;", "broken");
    const failure = await applyMigrations(database, [FIRST, broken]).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(StartupError);
    expect((failure as Error).message).toContain(`migration ${SECOND.name} failed, nothing of it was kept: division by zero`);
    expect(await tables(database)).toEqual(["first"]);
    // All connections of the pool: none may be left inside the failed transaction.
    await Promise.all(Array.from({ length: 6 }, () => database.query({ text: "insert into first values (2)" })));
    expect(await database.query({ text: "select count(*)::int as count from first" })).toEqual([{ count: 7 }]);
    expect(await applyMigrations(database, [FIRST, SECOND])).toEqual([SECOND.name]);
  });

  // PGlite serves one process alone.
  if (server) {
    it("lets two processes start together: each migration is applied by one of them", async () => {
      const one = await blankDatabase();
      if (!("url" in one.raw)) throw new Error("expected PostgreSQL");
      const two = await openAgain(one.raw.url);
      const slow = migration(FIRST.name, `${FIRST.sql} select pg_sleep(0.3);`);
      const applied = await Promise.all([applyMigrations(one, [slow, SECOND]), applyMigrations(two, [slow, SECOND])]);
      expect(applied.flat().sort()).toEqual([FIRST.name, SECOND.name]);
      expect(await one.query({ text: "select count(*)::int as count from first" })).toEqual([{ count: 1 }]);
    });
  }
});
