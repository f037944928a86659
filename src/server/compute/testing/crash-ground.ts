import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { inject } from "vitest";
import { createTestRuntime } from "#server/testing/runtime.ts";
import type { Ground } from "./child-runtime.ts";

export interface CrashGround extends Ground {
  remove(): Promise<void>;
}

/** A migrated database and a folder of hosts that outlive the processes which use them. */
export async function makeCrashGround(): Promise<CrashGround> {
  const folder = await mkdtemp(join(tmpdir(), "switchyard-crash-"));
  const base = await createTestRuntime();
  const database = base.databaseUrl ? { url: base.databaseUrl } : { folder: join(folder, "database") };
  if ("folder" in database) await (await PGlite.create(database.folder, { loadDataDir: new Blob([new Uint8Array(await readFile(inject("databaseTemplate")))]) })).close();
  return {
    database,
    dataDir: join(folder, "data"),
    async remove() {
      await base.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export interface ChildEnd {
  code: number | null;
  signal: string | null;
  errors: string;
}

/** How a process ends that died where it was to. */
export const KILLED = { signal: "SIGKILL", errors: "" };
/** How one ends that has done all it found. */
export const DONE: ChildEnd = { code: 0, signal: null, errors: "" };

/** Runs a program of this folder in a process of its own. @param task its one argument, as JSON */
export function runChild(program: "saga-child.ts" | "change-child.ts", task: unknown): Promise<ChildEnd> {
  const child = spawn(process.execPath, [join(import.meta.dirname, program), JSON.stringify(task)], { stdio: ["ignore", "ignore", "pipe"] });
  let errors = "";
  child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
  return new Promise((resolve) => child.on("close", (code, signal) => resolve({ code, signal, errors })));
}
