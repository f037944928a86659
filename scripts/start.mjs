import { fileURLToPath } from "node:url";
import { build } from "./setup/build.mjs";
import { generate } from "./setup/generate.mjs";
import { bundledNode, install } from "./setup/install.mjs";
import { checkNodeVersion } from "./setup/node-version.mjs";
import { endWithReason } from "./setup/quiet-command.mjs";
import { onStopSignal, supervise } from "./setup/supervise.mjs";
import { watchSources } from "./setup/watch.mjs";

/** `npm start`: makes ready what is not, then hands over to Node 24 and src/server/main.ts. With `--dev` pages compile as they change and the server restarts. */
const root = fileURLToPath(new URL("..", import.meta.url));
const development = process.argv.includes("--dev");

/** Bounds the heap of a server (docs/decisions/0001-node-24-from-dependencies.md has the measurement). Compiling pages in development needs more. */
const MEMORY = development ? [] : ["--max-old-space-size=256", "--max-semi-space-size=16"];

checkNodeVersion();
try {
  await install(root);
  await generate(root);
  if (!development && servesPages()) await build(root);
  process.exit(development ? await runAndReload() : await run());
} catch (error) {
  endWithReason(error);
}

function servesPages() {
  return (process.env.ROLES || "web").split(",").some((role) => role.trim() === "web");
}

function startServer() {
  return supervise(bundledNode(root), [...MEMORY, "src/server/main.ts", ...process.argv.slice(2)], {
    cwd: root,
    env: { ...process.env, NODE_ENV: development ? "development" : "production", NEXT_TELEMETRY_DISABLED: "1" },
  });
}

async function run() {
  const server = startServer();
  onStopSignal((signal) => server.kill(signal));
  return server.exited;
}

/** Restarts the server when its sources change. One that ends by itself waits for the next change, but for the first: that has something to say. */
async function runAndReload() {
  let server = startServer();
  const stopped = new Promise((resolve) => {
    onStopSignal((signal) => {
      server.kill(signal);
      resolve({ stop: true });
    });
  });
  const changes = watchSources(root, ["src/server", "src/shared", "prisma"]);
  for (let first = true; ; first = false) {
    const changed = Promise.race([stopped, changes.next().then((path) => ({ path }))]);
    let event = await Promise.race([server.exited.then((code) => ({ code })), changed]);
    if (event.code !== undefined) {
      if (first) return event.code;
      process.stdout.write(`The server ended with ${event.code}; waiting for a change …\n`);
      event = await changed;
    }
    if (event.stop) return server.exited;
    process.stdout.write(`${event.path} changed, restarting …\n`);
    server.kill("SIGTERM");
    await server.exited;
    await generate(root).catch((error) => process.stderr.write(`${error.message}\n`));
    server = startServer();
  }
}
