import { execFile } from "node:child_process";
import { promisify } from "node:util";

/**
 * Requests a second that the address answers, by wrk with 16 connections in one thread.
 * @throws Error when an answer is not 2xx: a fast error is no result
 */
export async function requestsPerSecond(url: string, headers: Record<string, string>, seconds: number): Promise<number> {
  const args = ["-t1", "-c16", `-d${seconds}s`, ...Object.entries(headers).flatMap(([name, value]) => ["-H", `${name}: ${value}`]), url];
  const { stdout } = await promisify(execFile)("wrk", args).catch((error: NodeJS.ErrnoException) => {
    throw error.code === "ENOENT" ? new Error("the bench needs wrk (Debian: apt-get install wrk)") : error;
  });
  if (/Non-2xx|Socket errors: .*(connect|read) [1-9]/.test(stdout)) throw new Error(`errors under load from ${url}:\n${stdout}`);
  return Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1]);
}
