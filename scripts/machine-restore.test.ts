import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "switchyard-restore-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(...args: string[]): { code: number | null; error: string } {
  const { status, stderr } = spawnSync(process.execPath, ["scripts/machine-restore.ts", ...args], { encoding: "utf8", env: { ...process.env, MODE: "demo", DATA_DIR: join(folder, "data"), LOG_LEVEL: "silent" } });
  return { code: status, error: stderr };
}

describe("npm run machine:restore", () => {
  it.each([
    [[], "Usage: npm run machine:restore"],
    [["a.gz", "b.gz"], "Usage: npm run machine:restore"],
    [["a.gz", "--force"], "'--force'"],
    [["/nowhere/a.gz"], "/nowhere/a.gz cannot be read"],
    [["/"], "/ is not a file"],
  ])("%j: says what is wrong, and ends with 1", (args, message) => {
    const { code, error } = run(...args);
    expect([code, error]).toEqual([1, expect.stringContaining(message)]);
  });

  it("takes nothing but the archive of a machine", { timeout: 120_000 }, () => {
    const file = join(folder, "other.json");
    writeFileSync(file, "{}");
    expect(run(file)).toMatchObject({ code: 1, error: "The file is not the archive of a machine.\n" });
  });
});
