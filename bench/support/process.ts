import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";

/** A program under measurement. */
export interface Measured {
  pid: number | undefined;
  /** what it holds now, in MB */
  rssMb(): number;
  /** most memory it held so far, in MB */
  peakRssMb(): number;
  /** the end of what it printed */
  output(): string;
  stop(): Promise<void>;
}

/** The memory settings that the product is started with. */
export const NODE_FLAGS = ["--max-old-space-size=256", "--max-semi-space-size=16"];

/** Starts a Node program and waits until it prints `ready`. */
export async function startProgram(args: string[], environment: Record<string, string>, ready: string): Promise<Measured> {
  const child: ChildProcess = spawn(process.execPath, [...NODE_FLAGS, ...args], { env: { ...process.env, NODE_ENV: "production", ...environment }, stdio: ["ignore", "pipe", "pipe"] });
  const end = (): void => void child.kill("SIGKILL");
  process.once("exit", end);
  let output = "";
  let peak = 0;
  const sample = setInterval(() => {
    peak = Math.max(peak, rssMb(child.pid));
  }, 200);
  await new Promise<void>((resolve, reject) => {
    const read = (chunk: Buffer): void => {
      output = (output + chunk.toString()).slice(-4_000);
      if (output.includes(ready)) resolve();
    };
    child.stdout?.on("data", read);
    child.stderr?.on("data", read);
    child.on("exit", (code) => reject(new Error(`${args.join(" ")} ended with ${code}: ${output}`)));
  });
  return {
    pid: child.pid,
    rssMb: () => rssMb(child.pid),
    peakRssMb: () => peak,
    output: () => output,
    async stop() {
      clearInterval(sample);
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGTERM");
      await ended;
      process.off("exit", end);
    },
  };
}

/** Resident memory by /proc; 0 where there is none. */
function rssMb(pid: number | undefined): number {
  try {
    return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}
