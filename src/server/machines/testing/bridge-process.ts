import { createSealer } from "#server/infra/crypto.ts";
import { systemClock } from "#server/infra/clock.ts";
import { readConfig } from "#server/infra/config.ts";
import { openDatabase } from "#server/infra/database.ts";
import { createLogger } from "#server/infra/logger.ts";
import { createRealtime } from "#server/infra/realtime.ts";
import { createSignals } from "#server/infra/signals.ts";
import { startBridge } from "../bridge.ts";

/** A bridge as a process of its own, for tests that kill it. Configured by the environment, like the program. */
const config = readConfig(process.env);
const log = createLogger(config.logLevel);
const db = await openDatabase(config);
const signals = await createSignals(db, log);
await startBridge({ config, log, clock: systemClock, db, sealer: createSealer(config.secretKeys), signals, realtime: createRealtime(null, log), version: "test" });
