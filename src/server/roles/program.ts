import { systemClock } from "#server/infra/clock.ts";
import type { Config } from "#server/infra/config.ts";
import { createSealer } from "#server/infra/crypto.ts";
import { openDatabase } from "#server/infra/database.ts";
import { createLogger, type Logger } from "#server/infra/logger.ts";
import { applyMigrations, readMigrations } from "#server/infra/migrations.ts";
import { createRealtime } from "#server/infra/realtime.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { createSignals } from "#server/infra/signals.ts";
import { startBridge } from "#server/machines/bridge.ts";
import { startHeartbeat } from "#server/platform/processes.ts";
import { type DemoAccount, seed, startDemoDevices } from "./demo.ts";
import { startWebRole } from "./web.ts";
import { startWorkerRole } from "./worker.ts";

/** A part that was started, with what undoes it. */
export interface Part {
  name: string;
  stop(): Promise<void>;
}

export interface Program {
  log: Logger;
  demoAccounts: DemoAccount[];
  /** simulated devices that run in this process */
  devices: number;
  stop(): Promise<void>;
}

/**
 * Opens the database, migrates it, seeds the demo and starts the roles, in this order; `stop` goes back in reverse: no new requests, then
 * the steps in flight, then the bridge's last batch, then the database.
 * @throws StartupError when something outside is in the way; what was started until then is stopped again
 */
export async function startProgram(config: Config, version: string): Promise<Program> {
  const log = createLogger(config.logLevel);
  const parts: Part[] = [];
  const stop = async (): Promise<void> => {
    for (const part of parts.splice(0).reverse()) {
      await part.stop().catch((error: unknown) => log.error({ err: error, part: part.name }, "a part did not stop cleanly"));
    }
  };
  try {
    const db = await openDatabase(config);
    parts.push({ name: "database", stop: () => db.close() });
    const applied = await applyMigrations(db, await readMigrations(process.cwd()));
    if (applied.length > 0) log.info({ applied }, "migrations applied");
    const signals = await createSignals(db, log);
    parts.push({ name: "signals", stop: () => signals.close() });
    const realtime = createRealtime(config.redisUrl, log);
    parts.push({ name: "realtime", stop: () => realtime.close() });
    const rt: Runtime = { config, log, clock: systemClock, db, sealer: createSealer(config.secretKeys), signals, realtime, version };

    const demoAccounts = await seed(rt);
    // MQTT: the embedded broker unless MQTT_URL names one, and the bridge to the database and the browsers.
    const bridge = config.roles.includes("bridge") ? await startBridge(rt) : null;
    if (bridge) parts.push({ name: "bridge", stop: () => bridge.stop() });
    if (config.roles.includes("worker")) parts.push(...(await startWorkerRole(rt)));
    if (config.roles.includes("web")) parts.push(...(await startWebRole(rt)));
    parts.push({ name: "heartbeat", ...startHeartbeat(rt, { broker: bridge?.broker ?? null }) });
    const fleet = await startDemoDevices(rt);
    if (fleet) parts.push(fleet);
    log.info({ roles: config.roles, port: config.port, mode: config.mode }, "started");
    return { log, demoAccounts, devices: fleet?.count ?? 0, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
