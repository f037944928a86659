import { type ChildProcess, spawn } from "node:child_process";

/** What a step of `npm test` found. Types, lint and the like count as one. */
export interface Outcome {
  passed: number;
  failed: number;
  skipped: number;
  /** the names of what failed, as far as the runner gave names */
  failures: readonly string[];
}

export const PASSED: Outcome = { passed: 1, failed: 0, skipped: 0, failures: [] };
export const FAILED: Outcome = { passed: 0, failed: 1, skipped: 0, failures: [] };
export const SKIPPED: Outcome = { passed: 0, failed: 0, skipped: 1, failures: [] };

export function sum(outcomes: readonly Outcome[]): Outcome {
  const total = (count: (outcome: Outcome) => number): number => outcomes.reduce((so, outcome) => so + count(outcome), 0);
  return { passed: total(({ passed }) => passed), failed: total(({ failed }) => failed), skipped: total(({ skipped }) => skipped), failures: outcomes.flatMap(({ failures }) => failures) };
}

const running = new Set<ChildProcess>();
let stopped = false;

/** Ends the commands that run now, with all that they started. Who waits for one of them waits for ever: the program is about to end, and must not go on to what comes next. */
export function stopCommands(): void {
  stopped = true;
  for (const child of running) {
    // The command leads a process group of its own.
    if (child.pid !== undefined) process.kill(-child.pid, "SIGTERM");
  }
}

/**
 * Runs a command in a process group of its own.
 * @param options.show print what it prints at once; else it is kept and returned
 * @returns its exit code, 1 when it could not be started or was killed
 */
export async function command(name: string, args: readonly string[], options: { cwd: string; env?: NodeJS.ProcessEnv; show?: boolean }): Promise<{ code: number; output: string }> {
  const child = spawn(name, args, { cwd: options.cwd, env: options.env ?? process.env, stdio: ["ignore", options.show ? "inherit" : "pipe", options.show ? "inherit" : "pipe"], detached: true });
  running.add(child);
  const chunks: Buffer[] = [];
  child.stdout?.on("data", (chunk: Buffer) => chunks.push(chunk));
  child.stderr?.on("data", (chunk: Buffer) => chunks.push(chunk));
  const code = await new Promise<number>((resolve) => {
    child.on("error", (error) => {
      chunks.push(Buffer.from(error.message));
      resolve(1);
    });
    child.on("close", (exitCode) => resolve(exitCode ?? 1));
  });
  running.delete(child);
  if (stopped) return new Promise(() => {});
  return { code, output: Buffer.concat(chunks).toString() };
}
