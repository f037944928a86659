import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { generate } from "./setup/generate.mjs";
import { bundledNode, install } from "./setup/install.mjs";
import { checkNodeVersion } from "./setup/node-version.mjs";
import { endWithReason } from "./setup/quiet-command.mjs";
import { onStopSignal, supervise } from "./setup/supervise.mjs";

/** `npm test -- [static|unit|integration|e2e] …`: installs what is missing, then hands over to Node 24 and scripts/testing/run.ts. */
const root = fileURLToPath(new URL("..", import.meta.url));

checkNodeVersion();
try {
  await install(root);
  await generate(root);
  const run = supervise(bundledNode(root), ["scripts/testing/run.ts", ...process.argv.slice(2)], {
    cwd: root,
    env: { ...process.env, PATH: [join(root, "node_modules/.bin"), process.env.PATH].join(delimiter) },
  });
  onStopSignal((signal) => run.kill(signal));
  process.exit(await run.exited);
} catch (error) {
  endWithReason(error);
}
