import { type ChildProcess, spawn } from "node:child_process";

/** What a step of `npm test` found. Types, lint and the like count as one. */
export interface Outcome {
  passed: number;
  failed: number;
  skipped: number;
}

export const PASSED: Outcome = { passed: 1, failed: 0, skipped: 0 };
export const FAILED: Outcome = { passed: 0, failed: 1, skipped: 0 };
export const SKIPPED: Outcome = { passed: 0, failed: 0, skipped: 1 };

export function sum(outcomes: readonly Outcome[]): Outcome {
  return outcomes.reduce((total, next) => ({ passed: total.passed + next.passed, failed: total.failed + next.failed, skipped: total.skipped + next.skipped }), { passed: 0, failed: 0, skipped: 0 });
}

const running = new Set<ChildProcess>();

/** Ends the commands that run now, with all that they started. */
export function stopCommands(): void {
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
  return { code, output: Buffer.concat(chunks).toString() };
}
