import { randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Driver } from "../driver.ts";
import { DriverError, type DriverFailure } from "../errors.ts";

/** What a simulated hypervisor is told to do wrong. One file a fault, taken by the call that it befalls, in whichever process that runs. */
export interface Fault {
  operation: keyof Driver;
  /**
   * before: fails without effect · midway: the task has begun, the answer is lost · after: the effect is complete, the answer is lost ·
   * hang: the task has begun, no answer ever comes · ignored: the guest ignores the button
   */
  mode: "before" | "midway" | "after" | "hang" | "ignored";
  /** what a call that fails `before` throws */
  failure?: DriverFailure;
  /** of one VM alone */
  ref?: string;
  /** how many calls; default 1, 0: every one until cleared */
  times?: number;
}

const FOLDER = ".faults";

/** Makes the next calls on this host go wrong. `folder` is the host's. */
export function injectFault(folder: string, fault: Fault): void {
  const faults = join(folder, FOLDER);
  mkdirSync(faults, { recursive: true });
  const times = fault.times ?? 1;
  for (let n = 0; n < Math.max(times, 1); n += 1) {
    const name = `${times === 0 ? "always" : "once"}-${process.hrtime.bigint().toString().padStart(20, "0")}-${randomBytes(3).toString("hex")}`;
    const aside = join(folder, `.new-${name}`);
    writeFileSync(aside, JSON.stringify(fault));
    renameSync(aside, join(faults, `${name}.json`));
  }
}

/** The host works again. */
export function clearFaults(folder: string): void {
  rmSync(join(folder, FOLDER), { recursive: true, force: true });
}

/** The fault that befalls this call, if any; it is used up. */
export function takeFault(folder: string, operation: keyof Driver, ref: string | null): Fault | null {
  const faults = join(folder, FOLDER);
  let names: string[];
  try {
    names = readdirSync(faults).sort();
  } catch {
    return null;
  }
  for (const name of names) {
    try {
      const fault = JSON.parse(readFileSync(join(faults, name), "utf8")) as Fault;
      if (fault.operation !== operation || (fault.ref !== undefined && fault.ref !== ref)) continue;
      if (name.startsWith("once-")) rmSync(join(faults, name));
      return fault;
    } catch (error) {
      // Another process took it between our look and our grasp.
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
  }
  return null;
}

/** @throws DriverError as the fault says, when it is one that has no effect */
export function failBefore(fault: Fault | null, hostName: string): void {
  if (fault?.mode === "before") throw new DriverError(fault.failure ?? "unavailable", `${hostName} was told to fail`);
}

/** The answer of a call whose task has begun gets lost, or never comes, when the fault is one of these modes. */
export async function interrupt(fault: Fault | null, signal: AbortSignal, modes: readonly Fault["mode"][]): Promise<void> {
  if (!fault || !modes.includes(fault.mode)) return;
  if (fault.mode === "hang") {
    await new Promise<never>((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true }));
  }
  throw new DriverError("unknown", "the connection was lost before the answer came");
}
