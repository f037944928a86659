import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The device simulator as a program of its own, as an installer would start it. */
export interface DeviceProgram {
  output(): string;
  /** pulls the plug: no goodbye to the broker */
  kill(): Promise<void>;
  /** the same device (its stored credentials), started again */
  start(): void;
  remove(): void;
}

/** Starts `npm run device` with a claim token. @param args what goes wrong with it: `--jam A2` */
export function startDevice(server: string, token: string, args: readonly string[] = []): DeviceProgram {
  const state = mkdtempSync(join(tmpdir(), "switchyard-device-"));
  let child: ChildProcess;
  let output = "";
  const start = (): void => {
    child = spawn(process.execPath, ["src/device/main.ts", "--claim", token, "--server", server, "--state", state, ...args], { stdio: ["ignore", "pipe", "pipe"] });
    child.stdout?.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.stderr?.on("data", (chunk: Buffer) => (output += chunk.toString()));
  };
  start();
  return {
    output: () => output,
    start,
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGKILL");
      await ended;
    },
    remove: () => rmSync(state, { recursive: true, force: true }),
  };
}
