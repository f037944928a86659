import { readFile } from "node:fs/promises";
import { tailEvents } from "#server/infra/events.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { type MosquittoOptions, writeMosquittoFiles } from "./mosquitto-files.ts";

/** Changes that come together are written together. */
const PAUSE_MS = 250;

/** What changes who may log in, and with what. */
const CHANGES = new Set(["machine.claimed", "machine.credential.revoked", "machine.command.changed"]);

export interface MosquittoWatch {
  /** Resolves once the files say what the database says now. */
  current(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Keeps Mosquitto's files current: writes them when credentials change, and has the broker read them again (SIGHUP), which also ends the sessions of users that are gone.
 * @param pidFile Mosquitto's `pid_file`; without one whoever starts this sends the signal
 */
export async function watchMosquittoFiles(rt: Runtime, folder: string, options: { pidFile?: string | undefined; ports?: MosquittoOptions; reloaded?: () => void } = {}): Promise<MosquittoWatch> {
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();
  const write = (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    writing = writing.then(async () => {
      try {
        await writeMosquittoFiles(rt, folder, options.ports);
        if (options.pidFile) process.kill(await readPid(options.pidFile), "SIGHUP");
        options.reloaded?.();
        rt.log.debug({ folder }, "mosquitto's files are written");
      } catch (error) {
        rt.log.error({ err: error }, "mosquitto's files cannot be kept current; trying again with the next change");
      }
    });
    return writing;
  };
  await write();
  const tail = await tailEvents(rt, (event) => {
    if (CHANGES.has(event.type)) timer ??= setTimeout(() => void write(), PAUSE_MS);
  });
  return {
    current: write,
    async stop() {
      await tail.stop();
      clearTimeout(timer);
      await writing;
    },
  };
}

async function readPid(path: string): Promise<number> {
  const pid = Number((await readFile(path, "utf8")).trim());
  if (!Number.isInteger(pid) || pid <= 1) throw new Error(`${path} holds no process id`);
  return pid;
}
