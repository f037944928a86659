import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "switchyard-import-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(...args: string[]): { code: number | null; out: string; error: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["scripts/import-lowdb.ts", ...args], { encoding: "utf8", env: { ...process.env, MODE: "demo", DATA_DIR: join(folder, "data"), LOG_LEVEL: "silent" } });
  return { code: status, out: stdout, error: stderr };
}

describe("npm run import:lowdb", () => {
  it.each([
    [[], "Usage: npm run import:lowdb"],
    [["a.json", "b.json"], "Usage: npm run import:lowdb"],
    [["a.json", "--force"], "'--force'"],
    [["/nowhere/a.json"], "/nowhere/a.json cannot be read"],
  ])("%j: says what is wrong, and ends with 1", (args, message) => {
    const { code, error } = run(...args);
    expect([code, error]).toEqual([1, expect.stringContaining(message)]);
  });

  it("takes no file that is not UTF-8", () => {
    const file = join(folder, "latin1.json");
    writeFileSync(file, Buffer.from([0x7b, 0xe9, 0x7d]));
    expect(run(file)).toMatchObject({ code: 1, error: `${file} is not UTF-8.\n` });
  });

  it("asks for the organization, on a database that it makes ready", { timeout: 120_000 }, () => {
    const file = join(folder, "db.json");
    writeFileSync(file, "{}");
    expect(run(file)).toMatchObject({ code: 1, error: expect.stringContaining("Say who the machines belong to with --organization <id>") });
    expect(run(file, "--organization", "org_01h455vb4pex5vsknk084sn02q")).toMatchObject({ code: 1, error: "There is no such organization.\n" });
  });
});
