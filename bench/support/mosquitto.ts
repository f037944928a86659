import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { appendFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findPrograms } from "../../scripts/testing/programs.ts";
import { freePort } from "../../scripts/testing/services.ts";
import type { Runtime } from "../../src/server/infra/runtime.ts";
import { writeMosquittoFiles } from "../../src/server/machines/mosquitto-files.ts";

export interface Mosquitto {
  pid: number | undefined;
  devicePort: number;
  bridgePort: number;
  stop(): Promise<void>;
}

const STARTS_WITHIN_MS = 30_000;

/** A Mosquitto with the files that the product writes for it: every device's credentials as they are in the database, and the rules of topics. */
export async function startMosquitto(rt: Pick<Runtime, "db" | "config">): Promise<Mosquitto> {
  const ports = { devicePort: await freePort(), bridgePort: await freePort() };
  return run(ports, async (folder) => {
    await writeMosquittoFiles(rt, folder, ports);
    // As root it would change to a user who cannot read the files.
    if (process.getuid?.() === 0) await appendFile(join(folder, "mosquitto.conf"), "user root\n");
  });
}

/** One without any rules, as a baseline. */
export async function startBareMosquitto(): Promise<Mosquitto> {
  const port = await freePort();
  return run({ devicePort: port, bridgePort: port }, (folder) =>
    writeFile(join(folder, "mosquitto.conf"), `listener ${port} 127.0.0.1\nallow_anonymous true\nmax_queued_messages 1000000\nmax_inflight_messages 6000\n`),
  );
}

async function run(ports: { devicePort: number; bridgePort: number }, write: (folder: string) => Promise<void>): Promise<Mosquitto> {
  const program = findPrograms().mosquitto;
  if (!program) throw new Error("the bench needs Mosquitto (Debian: apt-get install mosquitto)");
  const folder = await mkdtemp(join(tmpdir(), "switchyard-mosquitto-"));
  await write(folder);
  const child: ChildProcess = spawn(program, ["-c", join(folder, "mosquitto.conf")], { stdio: "ignore" });
  const end = (): void => void child.kill("SIGKILL");
  process.once("exit", end);
  const stop = async (): Promise<void> => {
    process.off("exit", end);
    if (child.exitCode === null && child.signalCode === null) {
      child.kill("SIGKILL");
      await once(child, "exit");
    }
    await rm(folder, { recursive: true, force: true });
  };
  for (const deadline = performance.now() + STARTS_WITHIN_MS; !(await listens(ports.bridgePort)); ) {
    if (child.exitCode !== null || performance.now() > deadline) {
      await stop();
      throw new Error("Mosquitto did not start");
    }
    await new Promise((done) => setTimeout(done, 50));
  }
  return { pid: child.pid, ...ports, stop };
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
