import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import pg from "pg";
import type { TestProject } from "vitest/node";
import { openDatabase, wrapPglite } from "../infra/database.ts";
import { applyMigrations, readMigrations } from "../infra/migrations.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** file with the dump of a migrated PGlite, or the name of a migrated template database */
    databaseTemplate: string;
  }
}

/**
 * Migrates one empty database before all tests; each test file gets its own copy of it (runtime.ts).
 * With TEST_DATABASE_URL (a server where databases can be made) the tests run on PostgreSQL, else on PGlite.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const migrations = await readMigrations(process.cwd());
  const server = process.env.TEST_DATABASE_URL;
  if (!server) {
    const folder = await mkdtemp(join(tmpdir(), "switchyard-test-"));
    const pglite = await PGlite.create();
    await applyMigrations(wrapPglite(pglite), migrations);
    const dump = await pglite.dumpDataDir("none");
    const file = join(folder, "template.tar");
    await writeFile(file, Buffer.from(await dump.arrayBuffer()));
    await pglite.close();
    project.provide("databaseTemplate", file);
    return () => rm(folder, { recursive: true, force: true });
  }
  const name = `switchyard_template_${process.pid}`;
  const admin = new pg.Client({ connectionString: server });
  await admin.connect();
  await admin.query(`create database ${name}`);
  const database = await openDatabase({ databaseUrl: withDatabase(server, name), databasePoolSize: 2, databaseWaitSeconds: 5, dataDir: "", ephemeral: false });
  await applyMigrations(database, migrations);
  await database.close();
  project.provide("databaseTemplate", name);
  return async () => {
    const left = await admin.query<{ datname: string }>("select datname from pg_database where datname like $1", [`switchyard_test_${process.pid}_%`]);
    for (const row of left.rows) await admin.query(`drop database if exists ${row.datname} with (force)`);
    await admin.query(`drop database ${name} with (force)`);
    await admin.end();
  };
}

/** The server's address with another database name. */
export function withDatabase(server: string, name: string): string {
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.toString();
}
