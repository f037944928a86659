import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { playwrightOutcome, vitestOutcome } from "./reports.ts";

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), "switchyard-reports-test-"))));
afterAll(() => rm(folder, { recursive: true, force: true }));

async function written(report: unknown): Promise<string> {
  const file = join(folder, "report.json");
  await writeFile(file, JSON.stringify(report));
  return file;
}

it("counts vitest's tests, names those that failed, and a file that did not load is one of them", async () => {
  const testResults = [
    { name: resolve("src/a.test.ts"), status: "failed", assertionResults: [{ status: "passed", fullName: "a works" }, { status: "failed", fullName: "a breaks" }] },
    { name: resolve("src/b.test.ts"), status: "failed", assertionResults: [] },
  ];
  const file = await written({ numPassedTests: 1, numFailedTests: 1, numPendingTests: 2, numTodoTests: 1, testResults });
  expect(await vitestOutcome(file, 1)).toEqual({ passed: 1, failed: 2, skipped: 3, failures: ["src/a.test.ts: a breaks", "src/b.test.ts"] });
});

it("counts a failure that no test shows, and a run without a report", async () => {
  const file = await written({ numPassedTests: 3, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0, testResults: [] });
  expect(await vitestOutcome(file, 1)).toEqual({ passed: 3, failed: 1, skipped: 0, failures: [] });
  expect(await vitestOutcome(join(folder, "none.json"), 0)).toMatchObject({ failed: 1 });
});

it("counts Playwright's journeys, and names those that failed or passed at a second try", async () => {
  const spec = (title: string, status: string) => ({ title, tests: [{ status }] });
  const suites = [{ file: "a.spec.ts", specs: [spec("goes", "expected"), spec("stops", "unexpected")], suites: [{ file: "a.spec.ts", specs: [spec("wavers", "flaky"), spec("waits", "skipped")] }] }];
  const file = await written({ suites, stats: { expected: 1, unexpected: 1, flaky: 1, skipped: 1 }, errors: [] });
  expect(await playwrightOutcome(file, 1)).toEqual({ passed: 1, failed: 2, skipped: 1, failures: ["a.spec.ts: stops", "a.spec.ts: wavers"] });
});
