import { systemClock } from "../../src/server/infra/clock.ts";
import { readConfig } from "../../src/server/infra/config.ts";
import { createSealer } from "../../src/server/infra/crypto.ts";
import { openDatabase } from "../../src/server/infra/database.ts";
import { createLogger } from "../../src/server/infra/logger.ts";
import { createRealtime } from "../../src/server/infra/realtime.ts";
import type { Runtime } from "../../src/server/infra/runtime.ts";
import { createSignals } from "../../src/server/infra/signals.ts";

/** A runtime over the bench's database, for what is measured without a server around it. */
export async function openRuntime(environment: Record<string, string>): Promise<Runtime & { close(): Promise<void> }> {
  const config = readConfig(environment);
  const log = createLogger(config.logLevel);
  const db = await openDatabase(config);
  const signals = await createSignals(db, log);
  return {
    config,
    log,
    clock: systemClock,
    db,
    sealer: createSealer(config.secretKeys),
    signals,
    realtime: createRealtime(null, log),
    version: "bench",
    async close() {
      await signals.close();
      await db.close();
    },
  };
}
