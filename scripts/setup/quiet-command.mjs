import { spawn } from "node:child_process";
import { constants } from "node:os";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"];

/** A step of the setup that failed, with what the command printed: shown without a stack. */
export class SetupError extends Error {}

/**
 * Runs a command and keeps what it prints for the case that it fails.
 * @param {string} title what is being done, printed with the time it took
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd: string, env?: NodeJS.ProcessEnv }} options
 */
export async function quietCommand(title, command, args, options) {
  const started = Date.now();
  process.stdout.write(`${title} … `);
  const chunks = [];
  const child = spawn(command, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
  child.stdout.on("data", (chunk) => chunks.push(chunk));
  child.stderr.on("data", (chunk) => chunks.push(chunk));
  const stop = (signal) => {
    child.kill(signal);
    process.exit(128 + constants.signals[signal]);
  };
  for (const signal of SIGNALS) process.on(signal, stop);
  const code = await new Promise((resolve) => {
    child.on("error", (error) => {
      chunks.push(Buffer.from(error.message));
      resolve(1);
    });
    child.on("close", (exitCode) => resolve(exitCode ?? 1));
  });
  for (const signal of SIGNALS) process.off(signal, stop);
  process.stdout.write(code === 0 ? `${((Date.now() - started) / 1000).toFixed(1)} s\n` : "failed\n");
  if (code !== 0) throw new SetupError(`${Buffer.concat(chunks).toString().trim()}\n\n${title}: failed.`);
}

/** Prints the reason of a failed setup and ends; anything else is a defect and keeps its stack. */
export function endWithReason(error) {
  process.stderr.write(`${error instanceof SetupError ? error.message : (error?.stack ?? error)}\n`);
  process.exit(1);
}
