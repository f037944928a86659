import { resolve } from "node:path";
import { readConfig } from "#server/infra/config.ts";
import { openDatabase } from "#server/infra/database.ts";
import { applyMigrations, readMigrations } from "#server/infra/migrations.ts";
import { StartupError } from "#server/infra/startup-error.ts";

/** `npm run db:migrate`: brings the configured database up to date. Starting the server does the same; this is for those who migrate first. */
try {
  const database = await openDatabase(readConfig(process.env));
  try {
    const applied = await applyMigrations(database, await readMigrations(resolve(import.meta.dirname, "..")));
    process.stdout.write(applied.length > 0 ? `${applied.join("\n")}\n` : "The database is up to date.\n");
  } finally {
    await database.close();
  }
} catch (error) {
  if (!(error instanceof StartupError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
