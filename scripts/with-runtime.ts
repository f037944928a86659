import { resolve } from "node:path";
import { AppError } from "#shared/errors.ts";
import { systemClock } from "#server/infra/clock.ts";
import { readConfig } from "#server/infra/config.ts";
import { createSealer } from "#server/infra/crypto.ts";
import { openDatabase } from "#server/infra/database.ts";
import { createLogger } from "#server/infra/logger.ts";
import { applyMigrations, readMigrations } from "#server/infra/migrations.ts";
import { createRealtime } from "#server/infra/realtime.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { createSignals } from "#server/infra/signals.ts";
import { StartupError } from "#server/infra/startup-error.ts";

/** Runs a command's work on the installation that the environment names, its database migrated, and closes all of it. */
export async function withRuntime(version: string, work: (rt: Runtime) => Promise<void>): Promise<void> {
  const config = readConfig(process.env);
  const log = createLogger(config.logLevel);
  const db = await openDatabase(config);
  try {
    await applyMigrations(db, await readMigrations(resolve(import.meta.dirname, "..")));
    const signals = await createSignals(db, log);
    const realtime = createRealtime(null, log);
    try {
      await work({ config, log, clock: systemClock, db, sealer: createSealer(config.secretKeys), signals, realtime, version });
    } finally {
      await realtime.close();
      await signals.close();
    }
  } finally {
    await db.close();
  }
}

/** Says why a command failed: in a sentence where it is the caller's to mend. */
export function reportFailure(error: unknown): void {
  process.stderr.write(error instanceof StartupError || error instanceof AppError ? `${error.message}\n` : `${(error as Error).stack ?? String(error)}\n`);
  process.exitCode = 1;
}
