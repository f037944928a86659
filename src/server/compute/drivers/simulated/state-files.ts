import { randomBytes } from "node:crypto";
import { linkSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * A VM's state as a folder of numbered files: the highest number is the present state. A new state is written aside and then linked to the next number,
 * which fails if another process was quicker; so processes share a hypervisor without locks, and a killed one leaves nothing half done.
 */
const NUMBERED = /^\d{12}\.json$/;
const READ_ATTEMPTS = 50;

export interface Versioned<T> {
  version: number;
  state: T;
}

/** Folders of the states below `folder`. */
export function listStates(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

/** null: never written. */
export function readState<T>(folder: string): Versioned<T> | null {
  for (let attempt = 1; ; attempt += 1) {
    const newest = listStates(folder).filter((name) => NUMBERED.test(name)).sort().at(-1);
    if (newest === undefined) return null;
    try {
      return { version: Number.parseInt(newest, 10), state: JSON.parse(readFileSync(join(folder, newest), "utf8")) as T };
    } catch (error) {
      // Another process wrote a newer one and removed this.
      if ((error as NodeJS.ErrnoException).code !== "ENOENT" || attempt === READ_ATTEMPTS) throw error;
    }
  }
}

/** Writes the state that follows `version` (0: the first). @returns false when another process has written one in between */
export function writeState<T>(folder: string, version: number, state: T): boolean {
  mkdirSync(folder, { recursive: true });
  const aside = join(folder, `.${process.pid}-${randomBytes(6).toString("hex")}`);
  writeFileSync(aside, JSON.stringify(state));
  try {
    linkSync(aside, join(folder, fileName(version + 1)));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(aside, { force: true });
  }
  for (const name of listStates(folder)) {
    if (NUMBERED.test(name) && Number.parseInt(name, 10) < version) rmSync(join(folder, name), { force: true });
  }
  return true;
}

function fileName(version: number): string {
  return `${version.toString().padStart(12, "0")}.json`;
}
