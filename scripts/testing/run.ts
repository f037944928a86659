import { chmodSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { build } from "../setup/build.mjs";
import { PARTS, type Part, PROGRAMS_OF, readParts } from "./plan.ts";
import { type Programs, providePrograms } from "./programs.ts";
import { playwrightOutcome, vitestOutcome } from "./reports.ts";
import { startLibvirt } from "./libvirt.ts";
import { freePort, type Service, startPostgres, startRedis } from "./services.ts";
import { command, FAILED, type Outcome, PASSED, SKIPPED, stopCommands, sum } from "./step.ts";
import { findTestFiles } from "./test-files.ts";

/** `npm test`, on Node 24 with everything installed: runs the parts one after another and ends with the sum. */
const root = resolve(import.meta.dirname, "../..");
/** Reports, and what tests leave behind: gone at the end. Other users (a broker that gives up root) may pass through. */
const reports = mkdtempSync(join(tmpdir(), "switchyard-reports-"));
const temporary = join(reports, "tmp");
mkdirSync(temporary);
chmodSync(reports, 0o711);
chmodSync(temporary, 0o1777);
/** Each from where its start begins, so that an interrupt finds it. */
const services: Promise<Service>[] = [];
const outcomes: Outcome[] = [];
/** What runs beside the parts that follow it; it prints when it is over. */
let meanwhile: Promise<void> = Promise.resolve();
let reported = 0;
/** A time zone with an odd offset and daylight saving: what takes local time for UTC fails. */
const ENVIRONMENT = { ...process.env, TZ: "Pacific/Chatham", TMPDIR: temporary, NEXT_TELEMETRY_DISABLED: "1" };

async function main(): Promise<void> {
  const parts = readParts(process.argv.slice(2));
  if (!parts) {
    process.stderr.write(`Usage: npm test -- [${PARTS.join("|")}] …\n`);
    process.exitCode = 1;
    return;
  }
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void interrupt());
  try {
    const programs = await providePrograms(root, parts.flatMap((part) => PROGRAMS_OF[part]));
    for (const part of parts) await RUN[part](programs);
    await meanwhile;
  } finally {
    await cleanUp();
  }
  const { passed, failed, skipped, failures } = sum(outcomes);
  // Once more at the end: who reads the last lines of a long run knows what to look for in it.
  if (failures.length > 0) process.stdout.write(`\nFailed:\n${failures.map((name) => `  ${name}\n`).join("")}\n`);
  process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
  process.stdout.write(`${passed} passed, ${failed} failed, ${skipped} skipped\n`);
}

const RUN: Record<Part, (programs: Programs) => Promise<void>> = {
  async static() {
    // Next writes the types of its routes first.
    await check("types", ["next", "typegen"], ["tsc", "--noEmit"]);
    await check("lint", ["oxlint"]);
    await check("structure", ["node", "scripts/check-structure.ts"]);
    await check("unused files, exports and dependencies", ["knip", "--no-progress"]);
  },
  async unit() {
    // Tests of the program's start run the program, with its pages.
    if (!(await builtPages())) return;
    await vitest("unit", findTestFiles(root).unit, {});
  },
  async libvirt(programs) {
    if (programs.libvirt) {
      try {
        await serve(startLibvirt(programs.libvirt));
      } catch (error) {
        process.stdout.write(`The libvirt driver's tests on real VMs are skipped: ${(error as Error).message}\n`);
      }
    }
    // Its VMs boot and shut down most of the time, and the processor waits: the integration tests run meanwhile.
    meanwhile = vitest("libvirt", findTestFiles(root).libvirt, {}, ["--no-file-parallelism"]);
  },
  async integration(programs) {
    const files = findTestFiles(root).integration;
    const others: Record<string, string> = programs.mosquitto ? { TEST_MOSQUITTO: programs.mosquitto } : {};
    if (programs.redis) {
      const redis = await serve(startRedis(programs.redis));
      others["TEST_REDIS_URL"] = redis.url;
    }
    await vitest("integration on PGlite", files, others);
    if (!programs.postgres) {
      report("integration on PostgreSQL: no PostgreSQL", SKIPPED);
      return;
    }
    const postgres = await serve(startPostgres(programs.postgres));
    await vitest("integration on PostgreSQL", files, { ...others, TEST_DATABASE_URL: postgres.url });
  },
  async e2e(programs) {
    // A journey of its own needs the libvirtd.
    await meanwhile;
    if (!programs.chromium) {
      report("end to end: no Chromium", SKIPPED);
      return;
    }
    if (!(await builtPages())) return;
    title("end to end");
    const file = join(reports, "e2e.json");
    const env = { ...ENVIRONMENT, CHROMIUM_PATH: programs.chromium, E2E_PORT: String(await freePort()), E2E_MQTT_PORT: String(await freePort()), E2E_DATA_DIR: join(reports, "data"), PLAYWRIGHT_JSON_OUTPUT_FILE: file };
    const { code } = await command("playwright", ["test", "--config", "e2e/playwright.config.ts", "--reporter", "list,json"], { cwd: root, env, show: true });
    report("end to end", await playwrightOutcome(file, code));
  },
};

/** Builds the pages unless they are up to date. */
async function builtPages(): Promise<boolean> {
  try {
    await build(root);
    return true;
  } catch (error) {
    process.stdout.write(`${(error as Error).message}\n`);
    report("pages", FAILED);
    return false;
  }
}

/** Runs commands that are one check together: the first that fails decides, and what it printed is shown. */
async function check(name: string, ...commands: [string, ...string[]][]): Promise<void> {
  for (const [program, ...args] of commands) {
    const { code, output } = await command(program, args, { cwd: root, env: ENVIRONMENT });
    if (code !== 0) {
      process.stdout.write(`${output.trim()}\n`);
      report(name, FAILED);
      return;
    }
  }
  report(name, PASSED);
}

async function vitest(name: string, files: string[], env: Record<string, string>, aside?: readonly string[]): Promise<void> {
  reported += 1;
  const file = join(reports, `${reported}.json`);
  const args = ["run", "--reporter=default", "--reporter=json", `--outputFile.json=${file}`, ...(aside ?? []), ...files];
  if (!aside) title(name);
  const { code, output } = await command("vitest", args, { cwd: root, env: { ...ENVIRONMENT, ...env }, show: !aside });
  if (aside) {
    title(name);
    process.stdout.write(output);
  }
  report(name, await vitestOutcome(file, code));
}

function title(name: string): void {
  process.stdout.write(`\n── ${name}\n`);
}

function report(name: string, outcome: Outcome): void {
  const failures = outcome.failures.length > 0 ? outcome.failures.map((failure) => `${name}, ${failure}`) : outcome.failed > 0 ? [name] : [];
  outcomes.push({ ...outcome, failures });
  const state = outcome.failed > 0 ? "FAILED" : outcome.passed > 0 ? "ok" : "skipped";
  const counts = outcome.passed + outcome.failed + outcome.skipped > 1 ? ` (${outcome.passed} passed, ${outcome.failed} failed, ${outcome.skipped} skipped)` : "";
  process.stdout.write(`── ${name}: ${state}${counts}\n`);
}

function serve(starting: Promise<Service>): Promise<Service> {
  services.push(starting);
  return starting;
}

async function interrupt(): Promise<void> {
  stopCommands();
  await cleanUp();
  process.stdout.write("Interrupted.\n");
  process.exit(130);
}

async function cleanUp(): Promise<void> {
  // What did not start has nothing to stop.
  await Promise.allSettled(services.splice(0).map(async (starting) => (await starting).stop()));
  rmSync(reports, { recursive: true, force: true });
}

await main();
