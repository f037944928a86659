import { randomUUID } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, open, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Config } from "./config.ts";

/**
 * Files that the program keeps: firmware, archives. A file is there whole or not at all. The embedded one is a folder below DATA_DIR; several processes
 * share it by sharing that folder.
 */
export interface FileStorage {
  /**
   * Writes a file, in place of what was there; until it is whole and on the disk, whoever reads gets what was there before.
   * @throws whatever the stream threw; then nothing has changed
   */
  put(key: string, content: Readable | Uint8Array): Promise<void>;
  /**
   * The file's bytes.
   * @param range `start` to `end`, both inclusive, from zero
   * @returns null when there is no such file
   */
  open(key: string, range?: { start: number; end: number }): Promise<Readable | null>;
  /** in bytes; null when there is no such file */
  size(key: string): Promise<number | null>;
  /** @returns whether it was there */
  delete(key: string): Promise<boolean>;
}

/** `folder/name`, in small letters: no key can leave the folder, be hidden, or differ from another by its case alone. */
const KEY = /^(?:[a-z0-9][a-z0-9_-]{0,63}\/){1,4}[a-z0-9][a-z0-9_-]{0,127}(?:\.[a-z0-9]{1,16}){0,2}$/;

/** The storage that the configuration names. It holds nothing open, so it may be asked for at each use. */
export function fileStorage(config: Pick<Config, "dataDir">): FileStorage {
  const root = join(config.dataDir, "files");
  const pathOf = (key: string): string => {
    if (!KEY.test(key)) throw new Error(`file storage: ${JSON.stringify(key.slice(0, 200))} is no key; keys look like firmware/1a2b.bin`);
    return join(root, key);
  };
  return {
    async put(key, content) {
      const path = pathOf(key);
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      // Beside the file, so that the rename stays within one file system.
      const partial = `${path}.${randomUUID()}~`;
      try {
        await pipeline(content instanceof Readable ? content : Readable.from([content]), createWriteStream(partial, { flags: "wx", mode: 0o600, flush: true }));
        await rename(partial, path);
      } catch (error) {
        await rm(partial, { force: true });
        throw error;
      }
      await syncFolder(dirname(path));
    },
    async open(key, range) {
      const path = pathOf(key);
      const file = await open(path, "r").catch(absent);
      return file && createReadStream(path, { fd: file, ...range });
    },
    async size(key) {
      return (await stat(pathOf(key)).catch(absent))?.size ?? null;
    },
    async delete(key) {
      const path = pathOf(key);
      const there = (await stat(path).catch(absent)) !== null;
      if (there) await rm(path, { force: true });
      return there;
    },
  };
}

/** A rename is on the disk when its folder is. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function absent(error: NodeJS.ErrnoException): null {
  if (error.code === "ENOENT") return null;
  throw error;
}
