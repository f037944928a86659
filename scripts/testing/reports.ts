import { readFile } from "node:fs/promises";
import { FAILED, type Outcome, sum } from "./step.ts";

/** Reads what the test runners counted, from their JSON reports. */

interface VitestReport {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  testResults: { status: string; assertionResults: unknown[] }[];
}

/** @param code the runner's exit code: a failure that no test shows (an error outside of them) is counted too */
export async function vitestOutcome(file: string, code: number): Promise<Outcome> {
  const report = await readJson<VitestReport>(file);
  if (!report) return FAILED;
  // A file that does not load has no tests to fail.
  const brokenFiles = report.testResults.filter((result) => result.status === "failed" && result.assertionResults.length === 0).length;
  return withExitCode({ passed: report.numPassedTests, failed: report.numFailedTests + brokenFiles, skipped: report.numPendingTests + report.numTodoTests }, code);
}

interface PlaywrightReport {
  stats: { expected: number; unexpected: number; flaky: number; skipped: number };
  errors: unknown[];
}

export async function playwrightOutcome(file: string, code: number): Promise<Outcome> {
  const report = await readJson<PlaywrightReport>(file);
  if (!report) return FAILED;
  const { expected, unexpected, flaky, skipped } = report.stats;
  return withExitCode({ passed: expected, failed: unexpected + flaky, skipped }, code);
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
