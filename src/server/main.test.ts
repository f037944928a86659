import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PGlite } from "@electric-sql/pglite";
import { wrapPglite } from "./infra/database.ts";
import { applyMigrations, readMigrations } from "./infra/migrations.ts";

/** Bad surroundings, as the operator meets them: the program itself, its one sentence and its exit code. */
const folder = mkdtempSync(join(tmpdir(), "switchyard-main-"));
const children: ChildProcess[] = [];
afterAll(() => {
  for (const child of children) child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

interface Ended {
  code: number | null;
  stderr: string;
}

function run(environment: Record<string, string>): { child: ChildProcess; ended: Promise<Ended>; ready: Promise<void> } {
  const child = spawn(process.execPath, ["src/server/main.ts"], {
    env: { NODE_ENV: "production", PATH: process.env.PATH ?? "", DATA_DIR: "memory", PORT: "0", MQTT_PORT: "0", DEMO_DEVICES: "0", ROLES: "web,worker,bridge", ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  children.push(child);
  let stderr = "";
  child.stderr?.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = new Promise<Ended>((resolve) => child.on("exit", (code) => resolve({ code, stderr })));
  const ready = new Promise<void>((resolve, reject) => {
    child.stdout?.on("data", (chunk: Buffer) => chunk.toString().includes("Switchyard is ready") && resolve());
    child.on("exit", () => reject(new Error(`ended before it was ready: ${stderr}`)));
  });
  ready.catch(() => {});
  return { child, ended, ready };
}

async function expectRefusal(environment: Record<string, string>, sentence: RegExp): Promise<void> {
  const { code, stderr } = await run(environment).ended;
  expect(stderr).toMatch(sentence);
  expect(stderr.trim().split("\n")).toHaveLength(1);
  expect(stderr).not.toMatch(/\n\s+at /);
  expect(code).toBe(1);
}

describe("a start that cannot succeed says why, in one sentence, and exits with 1", () => {
  let occupied: Server;
  let port: number;
  beforeAll(async () => {
    occupied = createServer();
    await new Promise<void>((done) => occupied.listen(0, "127.0.0.1", done));
    port = (occupied.address() as { port: number }).port;
  });
  afterAll(() => occupied.close());

  it("port in use", () => expectRefusal({ PORT: String(port) }, new RegExp(`port ${port} .*in use.*PORT`)), 60_000);

  it("MQTT port in use", () => expectRefusal({ MQTT_PORT: String(port) }, new RegExp(`port ${port} .*in use.*MQTT_PORT`)), 60_000);

  it("unwritable folder", async () => {
    const file = join(folder, "a-file");
    writeFileSync(file, "");
    await expectRefusal({ DATA_DIR: join(file, "data") }, /cannot write to the data folder .* DATA_DIR/);
  }, 60_000);

  it("unreachable database: it tries for a while, then says so", async () => {
    const before = Date.now();
    await expectRefusal({ DATABASE_URL: "postgresql://someone:hunter2@127.0.0.1:1/none", DATABASE_WAIT_SECONDS: "2" }, /database at 127\.0\.0\.1:1\/none cannot be reached \(ECONNREFUSED\); tried for 2 s/);
    expect(Date.now() - before).toBeGreaterThan(1_000);
  }, 60_000);

  it("does not print the database's password", async () => {
    const { stderr } = await run({ DATABASE_URL: "postgresql://someone:hunter2@127.0.0.1:1/none", DATABASE_WAIT_SECONDS: "0" }).ended;
    expect(stderr).not.toContain("hunter2");
  }, 60_000);

  it("a database migrated by newer code", async () => {
    const data = join(folder, "newer");
    mkdirSync(data);
    const pglite = await PGlite.create(join(data, "database"));
    const database = wrapPglite(pglite);
    await applyMigrations(database, [...(await readMigrations(process.cwd())), { name: "29991231000000_from_the_future", sql: "select 1", checksum: "f".repeat(64) }]);
    await database.close();
    await expectRefusal({ DATA_DIR: data }, /migrated by a newer Switchyard \(29991231000000_from_the_future\)/);
  }, 60_000);

  it("missing secrets in production", () => expectRefusal({ MODE: "production" }, /production needs SECRET_KEY, AUTH_SECRET, PUBLIC_URL/), 60_000);

  it("a data folder that another instance has", async () => {
    const data = join(folder, "shared");
    const first = run({ DATA_DIR: data });
    await first.ready;
    // Stopped and started again within the time that the lock waits for a dead holder, so this test does not wait for it twice.
    await expectRefusal({ DATA_DIR: data }, /data folder .* is in use by another Switchyard/);
    first.child.kill("SIGTERM");
    expect((await first.ended).code).toBe(0);
  }, 120_000);
});

describe("a start after kill -9", () => {
  it("takes over the data folder and finds what was committed", async () => {
    const data = join(folder, "killed");
    const first = run({ DATA_DIR: data });
    await first.ready;
    first.child.kill("SIGKILL");
    await first.ended;
    const second = run({ DATA_DIR: data });
    await second.ready;
    second.child.kill("SIGTERM");
    expect((await second.ended).code).toBe(0);
  }, 120_000);
});
