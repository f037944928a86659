import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { z } from "zod";
import { claimAnswer } from "#shared/machines/device.ts";

/** What a device keeps over power cycles, as its flash would. */
const deviceState = z.object({
  hardwareId: z.string(),
  /** how often it has started */
  boots: z.number().int(),
  /** null: not claimed */
  claim: claimAnswer.nullable(),
  /** items in each slot */
  stock: z.record(z.string(), z.number().int()),
});
export type DeviceState = z.infer<typeof deviceState>;

/** @returns null when there is no such file */
export function readState(file: string): DeviceState | null {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
  return deviceState.parse(JSON.parse(text));
}

/** Whole or not at all: a simulator that is killed while it writes must find its old state. */
export function writeState(file: string, state: DeviceState): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(`${file}.new`, JSON.stringify(state, null, 2), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}
