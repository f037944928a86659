import { readdirSync } from "node:fs";
import { join } from "node:path";
import { compressFiles } from "./compress.mjs";
import { bundledNode } from "./install.mjs";
import { quietCommand } from "./quiet-command.mjs";
import { hashOf, readStamp, writeStamp } from "./stamp.mjs";

/** What the pages are made from. They take only types from src/server, so a change there needs no build. */
const SOURCES = ["src/app", "src/components", "src/shared", "public", "package-lock.json", "scripts/setup/compress.mjs"];

/**
 * Builds the pages when their sources changed.
 * @param {string} root
 */
export async function build(root) {
  const dist = process.env.NEXT_DIST_DIR || ".next";
  const configs = readdirSync(root).filter((name) => /^(next|postcss)\.config\./.test(name)).sort();
  const stampFile = join(root, dist, ".switchyard-stamp");
  const stamp = hashOf(root, [...SOURCES, ...configs]);
  if (readStamp(stampFile) === stamp) return;
  await quietCommand("Building the pages", bundledNode(root), ["node_modules/next/dist/bin/next", "build"], {
    cwd: root,
    env: { ...process.env, NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1" },
  });
  const started = Date.now();
  process.stdout.write("Compressing their files … ");
  await compressFiles(join(root, dist, "static"));
  process.stdout.write(`${((Date.now() - started) / 1000).toFixed(1)} s\n`);
  writeStamp(stampFile, stamp);
}
