import { type ChildProcess, execFile, spawn } from "node:child_process";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import type { Service } from "./services.ts";

const run = promisify(execFile);
const URL = "qemu:///system";
const STARTS_WITHIN_MS = 30_000;

/**
 * The computer's own libvirtd: one that runs already is used and left running; else it is started for the tests. They make pools, networks and VMs of their
 * own in it, and take them away again.
 * @throws Error when this is not root, or it does not start
 */
export async function startLibvirt(program: string): Promise<Service> {
  if (await answers()) return { url: URL, stop: async () => {} };
  if (process.getuid?.() !== 0) throw new Error("no libvirtd runs, and only root can start one");
  const children = [start(join(dirname(program), "virtlogd")), start(program)];
  const stop = async (): Promise<void> => {
    for (const { child, ended } of children.toReversed()) {
      child.kill("SIGTERM");
      await ended;
    }
  };
  const giveUpAt = Date.now() + STARTS_WITHIN_MS;
  while (!(await answers())) {
    if (Date.now() > giveUpAt) {
      await stop();
      throw new Error(`libvirtd did not start: ${children.map(({ log }) => log()).join("\n").trim()}`);
    }
    await new Promise((done) => setTimeout(done, 200));
  }
  return { url: URL, stop };
}

async function answers(): Promise<boolean> {
  try {
    await run("virsh", ["--connect", URL, "version"], { timeout: 5_000 });
    return true;
  } catch {
    return false;
  }
}

function start(program: string): { child: ChildProcess; ended: Promise<void>; log: () => string } {
  // A group of its own: an interrupt at the terminal ends the tests first.
  const child = spawn(program, [], { stdio: ["ignore", "ignore", "pipe"], detached: true });
  let log = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    log = (log + chunk.toString()).slice(-2_000);
  });
  const ended = new Promise<void>((resolve) => {
    child.on("error", () => resolve());
    child.on("exit", () => resolve());
  });
  return { child, ended, log: () => log };
}
