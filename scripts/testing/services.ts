import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chownSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A server for the tests alone: on a free port, with its files in a temporary folder. */
export interface Service {
  url: string;
  stop(): Promise<void>;
}

const STARTS_WITHIN_MS = 30_000;

/**
 * Starts a PostgreSQL that forgets everything. It refuses to run as root: then it runs as the user `postgres`.
 * Its own time zone is an unusual one, so that a query which leans on it is found out.
 * @param programs folder with initdb and postgres
 * @param durability "full": a commit is on the disk when it is answered, as in production; measurements of writing need it
 */
export async function startPostgres(programs: string, durability: "none" | "full" = "none"): Promise<Service> {
  const folder = mkdtempSync(join(tmpdir(), "switchyard-postgres-"));
  const user = process.getuid?.() === 0 ? { uid: idOf("postgres", "-u"), gid: idOf("postgres", "-g") } : {};
  if (user.uid !== undefined) chownSync(folder, user.uid, user.gid);
  const data = join(folder, "data");
  execFileSync(join(programs, "initdb"), ["-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"], { ...user, cwd: folder, stdio: "ignore" });
  const port = await freePort();
  const forgetful = durability === "none" ? { fsync: "off", synchronous_commit: "off", full_page_writes: "off" } : {};
  const settings = { port, unix_socket_directories: folder, listen_addresses: "127.0.0.1", max_connections: 200, timezone: "Asia/Kathmandu", ...forgetful };
  const args = ["-D", data, ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`])];
  const child = spawn(join(programs, "postgres"), args, { ...user, cwd: folder, stdio: ["ignore", "pipe", "pipe"], detached: true });
  // SIGINT is its fast shutdown: it ends the sessions and does not wait for them.
  return started(child, `postgres://postgres@127.0.0.1:${port}/postgres`, folder, "SIGINT");
}

/** Starts a Redis that keeps nothing. */
export async function startRedis(program: string): Promise<Service> {
  const folder = mkdtempSync(join(tmpdir(), "switchyard-redis-"));
  const port = await freePort();
  const child = spawn(program, ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"], { cwd: folder, stdio: ["ignore", "pipe", "pipe"], detached: true });
  return started(child, `redis://127.0.0.1:${port}`, folder, "SIGTERM");
}

/** A port that nobody listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

/** Waits until the server says, in its log, that it is ready; both use the same words. A port that answers is not enough: PostgreSQL opens it before. */
async function started(child: ChildProcess, url: string, folder: string, signal: NodeJS.Signals): Promise<Service> {
  let log = "";
  const ended = new Promise<void>((resolve) => {
    child.on("error", (error) => {
      log += error.message;
      resolve();
    });
    child.on("exit", () => resolve());
  });
  const ready = new Promise<boolean>((resolve) => {
    const read = (chunk: Buffer): void => {
      log = (log + chunk.toString()).slice(-4_000);
      if (/ready to accept connections/i.test(log)) resolve(true);
    };
    child.stdout?.on("data", read);
    child.stderr?.on("data", read);
    void ended.then(() => resolve(false));
    setTimeout(() => resolve(false), STARTS_WITHIN_MS).unref();
  });
  const service = {
    url,
    async stop() {
      child.kill(signal);
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
  if (await ready) return service;
  await service.stop();
  throw new Error(`${child.spawnfile} did not start: ${log.trim()}`);
}

function idOf(user: string, flag: string): number {
  return Number(execFileSync("id", [flag, user], { encoding: "utf8" }));
}
