import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { z } from "zod";
import { claimAnswer, configMessage, otaMessage } from "#shared/machines/device.ts";
import type { Power } from "./power.ts";

const facts = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]));

const storedCommand = z.object({
  id: z.string(),
  type: z.string(),
  exp: z.number(),
  slot: z.string().nullable(),
  /** started: stored before the motor turns; it stays so when the power goes */
  phase: z.enum(["started", "done", "failed"]),
  code: z.string().optional(),
  data: facts.optional(),
  /** the broker has its result */
  reported: z.boolean(),
});
export type StoredCommand = z.infer<typeof storedCommand>;

const endedUpdate = z.object({ job: z.string(), state: z.enum(["succeeded", "failed", "rolled_back"]), error: z.string().optional(), reported: z.boolean() });
const runningUpdate = z.object({ message: otaMessage, phase: z.enum(["waiting", "downloading", "installed"]), etag: z.string().nullable() });
const firmware = z.object({
  version: z.string(),
  /** what runs again when the new one does not prove itself; null: it has */
  previous: z.string().nullable(),
  /** the new one was started; another start before it is confirmed takes the old one */
  tried: z.boolean(),
});

export const FACTORY_FIRMWARE = "1.4.2-sim";

/** What a device keeps over power cycles, as its flash would. */
const deviceState = z.object({
  hardwareId: z.string(),
  /** how often it has started */
  boots: z.number().int(),
  /** null: not claimed */
  claim: claimAnswer.nullable(),
  /** items in each slot */
  stock: z.record(z.string(), z.number().int()),
  /** of each slot, which sum of what people filled its count is at */
  filled: z.record(z.string(), z.number().int()).default({}),
  /** tried before the claim's, which goes once this one has worked */
  nextPassword: z.string().nullable().default(null),
  /** null: it has what the claim said */
  config: configMessage.nullable().default(null),
  /** the newest commands, oldest first */
  commands: z.array(storedCommand).default([]),
  /** the latest `exp` of the dispenses that it no longer remembers: another one of so early an `exp` may be one of them */
  forgottenUntil: z.number().default(0),
  /** milliseconds to add to its clock to have the server's; null: it never heard it */
  clockOffsetMs: z.number().nullable().default(null),
  firmware: firmware.default({ version: FACTORY_FIRMWARE, previous: null, tried: false }),
  update: runningUpdate.nullable().default(null),
  lastUpdate: endedUpdate.nullable().default(null),
});
export type DeviceState = z.infer<typeof deviceState>;

/** The state of a device that was never switched on. */
export function newState(hardwareId: string): DeviceState {
  return deviceState.parse({ hardwareId, boots: 0, claim: null, stock: {} });
}

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

/** The flash as one run of the firmware sees it: read when it starts, written only while there is power. */
export class Flash {
  readonly state: DeviceState;
  readonly #file: string;
  readonly #power: Power;

  constructor(file: string, power: Power, hardwareId: () => string) {
    this.#file = file;
    this.#power = power;
    this.state = readState(file) ?? newState(hardwareId());
  }

  /** Where a firmware image is put that is being downloaded. */
  get imageFile(): string {
    return `${this.#file}.image`;
  }

  /** Writes what was changed in `state`, all of it at once. @throws PowerLost: then the file is as it was */
  save(): void {
    this.#power.check();
    writeState(this.#file, this.state);
  }
}
