import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, expect, it } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "switchyard-supervise-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Forks itself, and prints what the child answers once that has had nothing to do for a while. */
const PROGRAM = `
import { fork } from "node:child_process";
if (process.argv[2] === "child") process.on("message", (number) => process.send(number + 1));
else {
  const child = fork(process.argv[1], ["child"]);
  child.once("exit", () => process.exit(3));
  child.once("message", (answer) => {
    process.stdout.write(String(answer));
    process.exit(0);
  });
  setTimeout(() => child.send(41), 300);
}
`;

it("a supervised program's own workers wait for work, as Next's do in development", { timeout: 30_000 }, async () => {
  const program = join(folder, "program.mjs");
  const supervisor = join(folder, "supervisor.mjs");
  writeFileSync(program, PROGRAM);
  const supervise = pathToFileURL(join(import.meta.dirname, "setup/supervise.mjs")).href;
  writeFileSync(supervisor, `import { supervise } from ${JSON.stringify(supervise)};\nprocess.exit(await supervise(process.execPath, [${JSON.stringify(program)}], {}).exited);\n`);
  const child = spawn(process.execPath, [supervisor], { stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const [code] = (await once(child, "close")) as [number];
  expect([code, output]).toEqual([0, "42"]);
});
