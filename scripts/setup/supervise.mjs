import { spawn } from "node:child_process";
import { constants } from "node:os";

/** npm passes on a signal that the terminal has already sent to all of us: what follows within this time is the same one. */
const SAME_SIGNAL_MS = 1_000;

/**
 * Runs a Node program in our place: same input and output, its exit code. It has a process group of its own, or a terminal's Ctrl-C would
 * reach it twice, from the terminal and from us; tether.mjs ends it when we are killed and cannot pass that on.
 * @param {string} node
 * @param {string[]} args
 * @param {{ cwd: string, env: NodeJS.ProcessEnv }} options
 */
export function supervise(node, args, options) {
  const tether = new URL("tether.mjs", import.meta.url).href;
  const child = spawn(node, ["--import", tether, ...args], { ...options, stdio: ["inherit", "inherit", "inherit", "ipc"], detached: process.platform !== "win32" });
  const exited = new Promise((resolve) => {
    child.on("error", (error) => {
      process.stderr.write(`${error.message}\n`);
      resolve(1);
    });
    child.on("exit", (code, signal) => resolve(code ?? 128 + (constants.signals[signal] ?? 0)));
  });
  return { kill: (signal) => child.kill(signal), exited };
}

/**
 * Calls `handle` for each signal to stop, once for those that are the same. A closed terminal (SIGHUP) is a signal to stop as well.
 * @param {(signal: NodeJS.Signals) => void} handle
 */
export function onStopSignal(handle) {
  let last = -Infinity;
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    process.on(signal, () => {
      const now = performance.now();
      if (now - last > SAME_SIGNAL_MS) handle(signal === "SIGHUP" ? "SIGTERM" : signal);
      last = now;
    });
  }
}
