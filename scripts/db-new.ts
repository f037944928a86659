import { mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { wrapPglite } from "#server/infra/database.ts";
import { applyMigrations, readMigrations } from "#server/infra/migrations.ts";
import { diffToSchema } from "#server/infra/schema-engine.ts";

/** `npm run db:new -- <name>`: writes the migration that takes the present migrations to prisma/schema. `--empty` writes one for SQL by hand. */
const root = resolve(import.meta.dirname, "..");

function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

const args = process.argv.slice(2);
const empty = args.includes("--empty");
const name = args.find((arg) => !arg.startsWith("--"));
if (!name || !/^[a-z][a-z0-9]*([_-][a-z0-9]+)*$/.test(name)) fail("Usage: npm run db:new -- <name> [--empty], where the name is in lower case, such as add_vm_notes");

const pglite = await PGlite.create();
const database = wrapPglite(pglite);
await applyMigrations(database, await readMigrations(root));
const sql = await diffToSchema(pglite, root);
await database.close();

if (!sql && !empty) fail("The migrations agree with prisma/schema: there is nothing to do. For SQL by hand (functions, data) add --empty.");
if (sql && empty) fail("prisma/schema has changes without a migration: run without --empty and add the SQL by hand to that file.");

const stamp = new Date().toISOString().replaceAll(/[-:T]/g, "").slice(0, 14);
const folder = join("prisma/migrations", `${stamp}_${name.replaceAll("-", "_")}`);
await mkdir(join(root, folder));
await writeFile(join(root, folder, "migration.sql"), sql ? `${sql}\n` : `-- ${name}\n`);
process.stdout.write(`${folder}/migration.sql\n`);
