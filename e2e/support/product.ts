import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../scripts/testing/services.ts";

/** The product as its users run it: a process of its own, on free ports, with a data folder of its own. */
export interface Product {
  url: string;
  mqttPort: number;
  dataDir: string;
  /** what it printed so far */
  output(): string;
  /** SIGTERM; @returns the exit code */
  stop(): Promise<number | null>;
  /** kill -9 */
  kill(): Promise<void>;
  /** starts it again on the same ports and data */
  restart(): Promise<void>;
}

const READY_WITHIN_MS = 120_000;

/** Starts it, built, and waits until it says that it is ready. */
export async function startProduct(environment: Record<string, string> = {}): Promise<Product> {
  const port = await freePort();
  const mqttPort = await freePort();
  const dataDir = mkdtempSync(join(tmpdir(), "switchyard-e2e-"));
  let child: ChildProcess;
  let output = "";

  const start = async (): Promise<void> => {
    child = spawn(process.execPath, ["--max-old-space-size=256", "--max-semi-space-size=16", "src/server/main.ts"], {
      env: { ...process.env, PORT: String(port), MQTT_PORT: String(mqttPort), DATA_DIR: dataDir, SIMULATION_SPEED: "4", LOG_LEVEL: "warn", NODE_ENV: "production", ...environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const started = child;
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`not ready in ${READY_WITHIN_MS / 1000} s:\n${output}`)), READY_WITHIN_MS);
      const read = (chunk: Buffer): void => {
        output += chunk.toString();
        if (!output.includes("Switchyard is ready")) return;
        clearTimeout(timer);
        resolve();
      };
      started.stdout?.on("data", read);
      started.stderr?.on("data", read);
      started.on("exit", (code) => {
        clearTimeout(timer);
        reject(new Error(`ended with ${code} before it was ready:\n${output}`));
      });
    });
  };
  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
    const ended = new Promise<number | null>((resolve) => child.once("exit", (code) => resolve(code)));
    child.kill(signal);
    return ended;
  };
  await start();
  return {
    url: `http://localhost:${port}`,
    mqttPort,
    dataDir,
    output: () => output,
    async stop() {
      const code = await end("SIGTERM");
      rmSync(dataDir, { recursive: true, force: true });
      return code;
    },
    kill: async () => void (await end("SIGKILL")),
    async restart() {
      await end("SIGTERM");
      output = "";
      await start();
    },
  };
}
