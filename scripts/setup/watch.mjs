import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";

/** Looking is a few hundred `stat`s, some milliseconds. Node's own recursive watch loses files that an editor replaces by renaming. */
const EVERY_MS = 400;

/**
 * Tells when sources change.
 * @param {string} root
 * @param {string[]} folders relative to the root
 * @returns `next()` resolves with a changed path, at once when it changed since the last call
 */
export function watchSources(root, folders) {
  let seen = modificationTimes(root, folders);
  return {
    next: () =>
      new Promise((resolve) => {
        const timer = setInterval(() => {
          const now = modificationTimes(root, folders);
          const changed = [...now.keys()].find((path) => seen.get(path) !== now.get(path)) ?? [...seen.keys()].find((path) => !now.has(path));
          seen = now;
          if (changed === undefined) return;
          clearInterval(timer);
          resolve(changed);
        }, EVERY_MS);
      }),
  };
}

/** @returns {Map<string, number>} */
function modificationTimes(root, folders) {
  const times = new Map();
  for (const folder of folders) {
    for (const name of readdirSync(join(root, folder), { recursive: true })) {
      const path = join(folder, name);
      if (!/\.(ts|prisma|sql)$/.test(path) || path.endsWith(".test.ts") || path.startsWith(join("src/server/infra/prisma", "/"))) continue;
      times.set(path, statSync(join(root, path), { throwIfNoEntry: false })?.mtimeMs ?? 0);
    }
  }
  return times;
}
