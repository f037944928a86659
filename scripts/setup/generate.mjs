import { existsSync } from "node:fs";
import { join } from "node:path";
import { bundledNode } from "./install.mjs";
import { quietCommand } from "./quiet-command.mjs";
import { hashOf, readStamp, writeStamp } from "./stamp.mjs";

const CLIENT = "src/server/infra/prisma";

/**
 * Generates the Prisma client when the schema, or Prisma itself, changed.
 * @param {string} root
 */
export async function generate(root) {
  const stampFile = join(root, CLIENT, ".stamp");
  const stamp = hashOf(root, ["prisma/schema", "node_modules/prisma/package.json"]);
  if (readStamp(stampFile) === stamp && existsSync(join(root, CLIENT, "client.ts"))) return;
  await quietCommand("Generating the database client", bundledNode(root), ["node_modules/prisma/build/index.js", "generate", "--no-hints"], {
    cwd: root,
    env: {
      ...process.env,
      // Generating needs no engine, yet Prisma would download one; any existing file satisfies it. Nor does it report home.
      PRISMA_SCHEMA_ENGINE_BINARY: join(root, "node_modules/prisma/package.json"),
      CHECKPOINT_DISABLE: "1",
      PRISMA_HIDE_UPDATE_MESSAGE: "1",
    },
  });
  writeStamp(stampFile, stamp);
}
