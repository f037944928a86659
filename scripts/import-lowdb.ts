import { readFileSync, statSync } from "node:fs";
import { parseArgs } from "node:util";
import { StartupError } from "#server/infra/startup-error.ts";
import { importLowdb } from "#server/machines/import/import-lowdb.ts";
import { reportText } from "#server/machines/import/report.ts";
import { listOrganizations } from "#server/identity/directory.ts";
import { reportFailure, withRuntime } from "./with-runtime.ts";

/** `npm run import:lowdb -- <file>`: docs/guides/import-lowdb.md. Ends with 1 when nothing was imported and it was no dry run. */
const USAGE = `Usage: npm run import:lowdb -- <file> [--organization <id>] [--dry-run] [--skip-refused] [--json]

  --organization  who the machines belong to; needed when there is more than one
  --dry-run       does everything, says what became of each record, and takes it back
  --skip-refused  imports the others although some records are refused
  --json          the report as JSON
`;
const MAX_BYTES = 256 * 1024 * 1024;

function readArguments() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { organization: { type: "string" }, "dry-run": { type: "boolean", default: false }, "skip-refused": { type: "boolean", default: false }, json: { type: "boolean", default: false } },
    });
    const [file, ...more] = positionals;
    if (file === undefined || more.length > 0) throw new StartupError(USAGE);
    return { file, ...values };
  } catch (error) {
    throw error instanceof StartupError ? error : new StartupError(`${(error as Error).message}\n\n${USAGE}`);
  }
}

function readText(file: string): string {
  try {
    if (statSync(file).size > MAX_BYTES) throw new StartupError(`${file} is larger than ${MAX_BYTES / 1024 / 1024} MB.`);
    return new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(file));
  } catch (error) {
    if (error instanceof StartupError) throw error;
    throw new StartupError(error instanceof TypeError ? `${file} is not UTF-8.` : `${file} cannot be read: ${(error as Error).message}`);
  }
}

async function main(): Promise<void> {
  const given = readArguments();
  const text = readText(given.file);
  await withRuntime("import", async (rt) => {
    const organizations = await listOrganizations(rt);
    const organizationId = given.organization ?? (organizations.length === 1 ? organizations[0]?.id : undefined);
    if (!organizationId) throw new StartupError(`Say who the machines belong to with --organization <id>:\n${organizations.map(({ id, name }) => `  ${id}  ${name}`).join("\n")}`);
    const report = await importLowdb(rt, { kind: "system", name: "import:lowdb", requestId: "" }, { organizationId, text, dryRun: given["dry-run"], skipRefused: given["skip-refused"] });
    process.stdout.write(given.json ? `${JSON.stringify(report, null, 2)}\n` : reportText(report));
    if (!report.committed && !report.dryRun) process.exitCode = 1;
  });
}

main().catch(reportFailure);
