import { watch } from "node:fs";
import { join } from "node:path";

/** Editors write a file in several steps, and tools several files: one change is what happens within this time. */
const SETTLE_MS = 150;

/**
 * Tells when sources change.
 * @param {string} root
 * @param {string[]} folders relative to the root
 * @returns `next()` resolves with the changed path, at once when it changed since the last call
 */
export function watchSources(root, folders) {
  let waiting;
  let changed;
  let timer;
  const watchers = folders.map((folder) =>
    watch(join(root, folder), { recursive: true }, (_event, name) => {
      const path = join(folder, name ?? "");
      if (!/\.(ts|prisma|sql)$/.test(path) || path.endsWith(".test.ts") || path.startsWith(join("src/server/infra/prisma", "/"))) return;
      changed = path;
      clearTimeout(timer);
      timer = setTimeout(settle, SETTLE_MS);
    }),
  );
  const settle = () => {
    if (!waiting || !changed) return;
    waiting(changed);
    waiting = changed = undefined;
  };
  return {
    next: () =>
      new Promise((resolve) => {
        waiting = resolve;
        settle();
      }),
    close() {
      clearTimeout(timer);
      for (const watcher of watchers) watcher.close();
    },
  };
}
