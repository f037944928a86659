import { once } from "node:events";
import { parseArgs } from "node:util";
import { systemClock } from "#server/infra/clock.ts";
import { readConfig } from "#server/infra/config.ts";
import { createSealer } from "#server/infra/crypto.ts";
import { openDatabase } from "#server/infra/database.ts";
import { createLogger } from "#server/infra/logger.ts";
import { createRealtime } from "#server/infra/realtime.ts";
import { createSignals } from "#server/infra/signals.ts";
import { StartupError } from "#server/infra/startup-error.ts";
import { writeMosquittoFiles } from "#server/machines/mosquitto-files.ts";
import { watchMosquittoFiles } from "#server/machines/mosquitto-watch.ts";

/**
 * `npm run mosquitto:files -- <folder> [--watch] [--pid-file <mosquitto.pid>]`: writes password_file, acl_file and mosquitto.conf from the devices' credentials; with
 * --watch again at each change, and sends SIGHUP to the process of the pid file.
 */
async function main(): Promise<void> {
  const { positionals, values } = parseArgs({ allowPositionals: true, options: { watch: { type: "boolean", default: false }, "pid-file": { type: "string" } } });
  const [folder] = positionals;
  if (!folder) throw new StartupError("usage: npm run mosquitto:files -- <folder> [--watch] [--pid-file <mosquitto.pid>]");
  const config = readConfig(process.env);
  const db = await openDatabase(config);
  try {
    if (!values.watch) {
      const paths = await writeMosquittoFiles({ config, db }, folder);
      process.stdout.write(`${paths.join("\n")}\n`);
      return;
    }
    if (db.kind === "pglite") throw new StartupError("--watch follows a PostgreSQL: the embedded database serves one process alone, and has a broker of its own");
    const log = createLogger(config.logLevel);
    const signals = await createSignals(db, log);
    const rt = { config, version: "mosquitto-files", log, clock: systemClock, db, sealer: createSealer(config.secretKeys), signals, realtime: createRealtime(null, log) };
    const watch = await watchMosquittoFiles(rt, folder, { pidFile: values["pid-file"] });
    process.stdout.write(`keeping the files in ${folder} current\n`);
    await Promise.race([once(process, "SIGTERM"), once(process, "SIGINT")]);
    await watch.stop();
    await signals.close();
  } finally {
    await db.close();
  }
}

main().catch((error: unknown) => {
  process.stderr.write(error instanceof StartupError ? `${error.message}\n` : `${(error as Error).stack ?? String(error)}\n`);
  process.exit(1);
});
