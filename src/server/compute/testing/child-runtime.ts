import { PGlite } from "@electric-sql/pglite";
import { systemClock } from "#server/infra/clock.ts";
import { type Config, readConfig } from "#server/infra/config.ts";
import { createSealer } from "#server/infra/crypto.ts";
import { type Database, openDatabase, wrapPglite } from "#server/infra/database.ts";
import { createLogger } from "#server/infra/logger.ts";
import { createRealtime } from "#server/infra/realtime.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { createSignals } from "#server/infra/signals.ts";

/** What processes of a crash test use one after the other, and find as the one before has left it. */
export interface Ground {
  /** PostgreSQL's address, or the folder of an embedded database */
  database: { url: string } | { folder: string };
  /** with the simulated hosts */
  dataDir: string;
}

/** So fast the simulated hosts of these tests are. */
export const CHILD_SPEED = 500;

/** Runs `work` on the ground. An embedded database is this process's until that is done. */
export async function withGround<T>(ground: Ground, work: (rt: Runtime) => Promise<T>): Promise<T> {
  const config: Config = { ...readConfig({ DATA_DIR: "memory", LOG_LEVEL: "silent" }), dataDir: ground.dataDir, simulationSpeed: CHILD_SPEED };
  const db: Database =
    "url" in ground.database
      ? await openDatabase({ databaseUrl: ground.database.url, databasePoolSize: 5, databaseWaitSeconds: 5, dataDir: "", ephemeral: false })
      : wrapPglite(await PGlite.create(ground.database.folder));
  const log = createLogger(config.logLevel);
  const rt: Runtime = { config, version: "test", log, clock: systemClock, db, sealer: createSealer(config.secretKeys), signals: await createSignals(db, log), realtime: createRealtime(null, log) };
  try {
    return await work(rt);
  } finally {
    await rt.signals.close();
    await rt.db.close();
  }
}
