import { spawn } from "node:child_process";
import { expect } from "vitest";

/**
 * Runs a program that counts its statements (`countStatements`) in a process of its own.
 * @param task its one argument, as JSON
 * @returns null when it was killed, else how many statements it took
 */
export async function runCounted(program: string, task: unknown): Promise<number | null> {
  const child = spawn(process.execPath, [program, JSON.stringify(task)], { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  let errors = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
  const signal = await new Promise((resolve) => child.once("close", (_code, by) => resolve(by)));
  if (signal === "SIGKILL") return null;
  expect(output, errors).toMatch(/^\d+\n$/);
  return Number(output);
}

/**
 * Plays a scene once to its end, to learn how long it is, then kills others at places spread over it, the last one at its last statement.
 * @param taskOf the program's task that dies at this statement; null: at none
 * @param times how many are killed; each takes seconds
 */
export async function killAnywhere(program: string, taskOf: (statement: number | null) => unknown, times: number): Promise<void> {
  const statements = (await runCounted(program, taskOf(null))) ?? 0;
  // There is something to be killed in.
  expect(statements).toBeGreaterThan(times * 3);
  for (let nth = 1; nth <= times; nth += 1) {
    const statement = Math.ceil((statements * nth) / times);
    expect(await runCounted(program, taskOf(statement)), `statement ${statement} of ${statements}`).toBeNull();
  }
}
