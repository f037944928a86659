import { createReadStream, statSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { AppError } from "#shared/errors.ts";
import { systemClock } from "#server/infra/clock.ts";
import { readConfig } from "#server/infra/config.ts";
import { createSealer } from "#server/infra/crypto.ts";
import { openDatabase } from "#server/infra/database.ts";
import { createLogger } from "#server/infra/logger.ts";
import { applyMigrations, readMigrations } from "#server/infra/migrations.ts";
import { createRealtime } from "#server/infra/realtime.ts";
import { createSignals } from "#server/infra/signals.ts";
import { StartupError } from "#server/infra/startup-error.ts";
import { type RestoreReport, restoreMachine } from "#server/machines/decommission/restore.ts";

/** `npm run machine:restore -- <file>`: docs/guides/decommission-a-machine.md. Ends with 1 when the machine was not restored, now or before. */
const USAGE = `Usage: npm run machine:restore -- <file> [--organization <id>]

  --organization  who the machine is to belong to; else the organization that it belonged to
`;

function readArguments(): { file: string; organization?: string } {
  try {
    const { values, positionals } = parseArgs({ allowPositionals: true, options: { organization: { type: "string" } } });
    const [file, ...more] = positionals;
    if (file === undefined || more.length > 0) throw new StartupError(USAGE);
    return { file, ...values };
  } catch (error) {
    throw error instanceof StartupError ? error : new StartupError(`${(error as Error).message}\n\n${USAGE}`);
  }
}

function checkFile(file: string): void {
  try {
    if (!statSync(file).isFile()) throw new StartupError(`${file} is not a file.`);
  } catch (error) {
    throw error instanceof StartupError ? error : new StartupError(`${file} cannot be read: ${(error as Error).message}`);
  }
}

function reportText({ restored, machineId, name, organizationId, records, alertsLeftOut }: RestoreReport): string {
  if (!restored) return `${name} was restored from this archive before: it is ${machineId} in ${organizationId}. Nothing was changed.\n`;
  const counts = Object.entries(records).map(([kind, count]) => `  ${kind.padEnd(12)}${count}`);
  const left = alertsLeftOut > 0 ? [`${alertsLeftOut} alerts were left out: their rules are not here.`] : [];
  return [`${name} is restored as ${machineId} in ${organizationId}, a draft that waits for its device.`, ...counts, ...left, ""].join("\n");
}

async function main(): Promise<void> {
  const { file, organization } = readArguments();
  checkFile(file);
  const config = readConfig(process.env);
  const log = createLogger(config.logLevel);
  const db = await openDatabase(config);
  try {
    await applyMigrations(db, await readMigrations(resolve(import.meta.dirname, "..")));
    const signals = await createSignals(db, log);
    const realtime = createRealtime(null, log);
    try {
      const rt = { config, log, clock: systemClock, db, sealer: createSealer(config.secretKeys), signals, realtime, version: "restore" };
      const report = await restoreMachine(rt, { kind: "system", name: "machine:restore", requestId: "" }, { open: () => createReadStream(file), ...(organization === undefined ? {} : { organizationId: organization }) });
      process.stdout.write(reportText(report));
    } finally {
      await realtime.close();
      await signals.close();
    }
  } finally {
    await db.close();
  }
}

main().catch((error: unknown) => {
  process.stderr.write(error instanceof StartupError || error instanceof AppError ? `${error.message}\n` : `${(error as Error).stack ?? String(error)}\n`);
  process.exitCode = 1;
});
