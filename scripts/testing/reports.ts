import { readFile } from "node:fs/promises";
import { relative } from "node:path";
import { FAILED, type Outcome, sum } from "./step.ts";

/** Reads what the test runners counted, and the names of what failed, from their JSON reports. */

interface VitestReport {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  testResults: { name: string; status: string; assertionResults: { status: string; fullName: string }[] }[];
}

/** @param code the runner's exit code: a failure that no test shows (an error outside of them) is counted too */
export async function vitestOutcome(file: string, code: number): Promise<Outcome> {
  const report = await readJson<VitestReport>(file);
  if (!report) return FAILED;
  // A file that does not load has no tests to fail.
  const brokenFiles = report.testResults.filter((result) => result.status === "failed" && result.assertionResults.length === 0);
  const failures = [
    ...report.testResults.flatMap((result) => result.assertionResults.filter(({ status }) => status === "failed").map(({ fullName }) => `${nameOf(result)}: ${fullName}`)),
    ...brokenFiles.map(nameOf),
  ];
  return withExitCode({ passed: report.numPassedTests, failed: report.numFailedTests + brokenFiles.length, skipped: report.numPendingTests + report.numTodoTests, failures }, code);
}

function nameOf(result: { name: string }): string {
  return relative(process.cwd(), result.name);
}

interface PlaywrightSuite {
  file: string;
  specs: { title: string; tests: { status: string }[] }[];
  suites?: PlaywrightSuite[];
}

interface PlaywrightReport {
  suites: PlaywrightSuite[];
  stats: { expected: number; unexpected: number; flaky: number; skipped: number };
  errors: unknown[];
}

export async function playwrightOutcome(file: string, code: number): Promise<Outcome> {
  const report = await readJson<PlaywrightReport>(file);
  if (!report) return FAILED;
  const { expected, unexpected, flaky, skipped } = report.stats;
  return withExitCode({ passed: expected, failed: unexpected + flaky, skipped, failures: report.suites.flatMap(failuresIn) }, code);
}

function failuresIn(suite: PlaywrightSuite): string[] {
  const failed = suite.specs.filter(({ tests }) => tests.some(({ status }) => status === "unexpected" || status === "flaky"));
  return [...failed.map(({ title }) => `${suite.file}: ${title}`), ...(suite.suites ?? []).flatMap(failuresIn)];
}

function withExitCode(outcome: Outcome, code: number): Outcome {
  return code !== 0 && outcome.failed === 0 ? sum([outcome, FAILED]) : outcome;
}

async function readJson<T>(file: string): Promise<T | undefined> {
  try {
    return JSON.parse(await readFile(file, "utf8")) as T;
  } catch {
    return undefined;
  }
}
