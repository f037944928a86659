import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import pg from "pg";
import { inject } from "vitest";
import { ManualClock } from "../infra/clock.ts";
import { type Config, readConfig } from "../infra/config.ts";
import { createSealer } from "../infra/crypto.ts";
import { type Database, openDatabase, wrapPglite } from "../infra/database.ts";
import { createLogger } from "../infra/logger.ts";
import { PipelinedPGlite } from "../infra/pipelined-pglite.ts";
import { createRealtime } from "../infra/realtime.ts";
import type { Runtime } from "../infra/runtime.ts";
import { createSignals } from "../infra/signals.ts";
import { withDatabase } from "./global-setup.ts";

export interface TestRuntime extends Runtime {
  clock: ManualClock;
  /** The address of the test's PostgreSQL database, for a second process; null on PGlite. */
  databaseUrl: string | null;
  close(): Promise<void>;
}

/** Time at which a test's clock stands at first: the eve of a leap day, in an hour that daylight saving leaves alone. */
export const TEST_START = "2028-02-28T10:00:00.000Z";

/**
 * A runtime on a database of its own, migrated and empty, with a clock that stands. Close it in `afterAll`.
 * @param overrides settings other than the demo's defaults
 */
export async function createTestRuntime(overrides: Partial<Config> = {}): Promise<TestRuntime> {
  const config = { ...readConfig({ DATA_DIR: "memory", LOG_LEVEL: process.env.TEST_LOG_LEVEL ?? "silent" }), ...overrides };
  const log = createLogger(config.logLevel);
  const { database, url } = await copyOfTemplate();
  const signals = await createSignals(database, log);
  const realtime = createRealtime(config.redisUrl, log);
  return {
    config: { ...config, databaseUrl: url },
    log,
    clock: new ManualClock(TEST_START),
    db: database,
    databaseUrl: url,
    sealer: createSealer(config.secretKeys),
    signals,
    realtime,
    version: "0.0.0-test",
    async close() {
      await signals.close();
      await realtime.close();
      await database.close();
    },
  };
}

async function copyOfTemplate(): Promise<{ database: Database; url: string | null }> {
  const template = inject("databaseTemplate");
  const server = process.env.TEST_DATABASE_URL;
  if (!server) {
    const dump = new Blob([new Uint8Array(await readFile(template))]);
    return { database: wrapPglite(await PipelinedPGlite.open({ loadDataDir: dump })), url: null };
  }
  const name = `${template.replace("template", "test")}_${randomBytes(6).toString("hex")}`;
  const admin = new pg.Client({ connectionString: server });
  await admin.connect();
  await admin.query(`create database ${name} template ${template}`);
  await admin.end();
  const url = withDatabase(server, name);
  return { database: await openDatabase({ databaseUrl: url, databasePoolSize: 10, databaseWaitSeconds: 5, dataDir: "", ephemeral: false }), url };
}
