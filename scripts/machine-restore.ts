import { createReadStream, statSync } from "node:fs";
import { parseArgs } from "node:util";
import { StartupError } from "#server/infra/startup-error.ts";
import { type RestoreReport, restoreMachine } from "#server/machines/decommission/restore.ts";
import { reportFailure, withRuntime } from "./with-runtime.ts";

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
  await withRuntime("restore", async (rt) => {
    const report = await restoreMachine(rt, { kind: "system", name: "machine:restore", requestId: "" }, { open: () => createReadStream(file), ...(organization === undefined ? {} : { organizationId: organization }) });
    process.stdout.write(reportText(report));
  });
}

main().catch(reportFailure);
