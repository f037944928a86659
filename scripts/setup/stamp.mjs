import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Stamps are hashes of what something was made from, kept beside the result: equal stamps mean there is nothing to do. */

/**
 * One hash over files and folders, by their paths and contents. What does not exist counts as empty.
 * @param {string} root
 * @param {string[]} paths relative to the root
 */
export function hashOf(root, paths) {
  const hash = createHash("sha256");
  for (const path of paths) addTo(hash, root, path);
  return hash.digest("hex");
}

function addTo(hash, root, path) {
  const full = join(root, path);
  const stats = statSync(full, { throwIfNoEntry: false });
  if (stats?.isDirectory()) {
    for (const name of readdirSync(full).sort()) addTo(hash, root, join(path, name));
  } else if (stats) {
    hash.update(`${path}\0${stats.size}\0`).update(readFileSync(full));
  }
}

export function readStamp(file) {
  return existsSync(file) ? readFileSync(file, "utf8") : "";
}

/** A folder that cannot be written (a read-only image) keeps its old stamp; the next start looks again. */
export function writeStamp(file, stamp) {
  if (existsSync(dirname(file))) writeFileSync(file, stamp);
}
