import { readFileSync } from "node:fs";
import { readConfig } from "./infra/config.ts";
import { StartupError } from "./infra/startup-error.ts";
import { printBanner } from "./roles/banner.ts";
import { startProgram } from "./roles/program.ts";

/**
 * Starts the roles that the configuration names and stops them in reverse on SIGTERM or SIGINT.
 * A reason not to start is one sentence and exit code 1; a second signal ends at once what is still in flight.
 */
const STOP_TIMEOUT_MS = 45_000;

async function main(): Promise<void> {
  const development = process.argv.includes("--dev");
  // Next and React choose their build by it; set before they are loaded.
  Object.assign(process.env, { NODE_ENV: development ? "development" : "production", NEXT_TELEMETRY_DISABLED: "1" });
  const startedAt = Date.now();
  const config = readConfig(process.env, { development });
  const program = await startProgram(config, version());
  let stopping = false;
  const stop = (signal: NodeJS.Signals): void => {
    if (stopping) process.exit(130);
    stopping = true;
    program.log.info({ signal }, "stopping");
    const timeout = setTimeout(() => {
      program.log.error("stopping took too long; leaving");
      process.exit(1);
    }, STOP_TIMEOUT_MS);
    program.stop().then(
      () => {
        clearTimeout(timeout);
        process.exit(0);
      },
      (error: unknown) => {
        program.log.error({ err: error }, "stopping failed");
        process.exit(1);
      },
    );
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
  printBanner(config, program, Date.now() - startedAt);
}

function version(): string {
  return (JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as { version: string }).version;
}

main().catch((error: unknown) => {
  if (error instanceof StartupError) process.stderr.write(`switchyard: ${error.message}\n`);
  else process.stderr.write(`switchyard: unexpected failure at start: ${(error as Error).stack ?? String(error)}\n`);
  process.exit(1);
});
