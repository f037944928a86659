import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { quietCommand, SetupError } from "./quiet-command.mjs";
import { hashOf, readStamp, writeStamp } from "./stamp.mjs";

/**
 * Installs the packages of package-lock.json when they are not there yet.
 * @param {string} root
 */
export async function install(root) {
  const stampFile = join(root, "node_modules/.switchyard-stamp");
  const stamp = `${hashOf(root, ["package-lock.json"])} ${process.platform} ${process.arch}`;
  if (readStamp(stampFile) === stamp && existsSync(bundledNode(root))) return;
  if (!isInstalled(root)) {
    const [command, ...args] = npmCommand();
    const first = !existsSync(join(root, "node_modules"));
    await quietCommand(first ? "Installing packages (a minute or two, this once)" : "Installing packages that changed", command, [...args, "ci", "--include=dev", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error"], { cwd: root });
  }
  if (!existsSync(bundledNode(root))) {
    throw new SetupError("Node 24 is a dependency, but its install script did not run. Allow it (npm config delete ignore-scripts) and run: npm rebuild node");
  }
  writeStamp(stampFile, stamp);
}

/** The Node that the product runs on, whichever one runs npm. */
export function bundledNode(root) {
  return join(root, "node_modules/node/bin/node");
}

/** Whether npm's own record of node_modules agrees with the lock file, however it was installed. */
function isInstalled(root) {
  const record = join(root, "node_modules/.package-lock.json");
  if (!existsSync(record) || !existsSync(bundledNode(root))) return false;
  const wanted = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")).packages;
  const present = JSON.parse(readFileSync(record, "utf8")).packages;
  return Object.entries(wanted).every(([path, entry]) => path === "" || present[path]?.version === entry.version || (entry.optional && !present[path]));
}

/** The npm that runs us, with the Node that runs it: node_modules/.bin, which holds ours, is about to be replaced. */
function npmCommand() {
  const { npm_execpath: npm, npm_node_execpath: node } = process.env;
  if (npm && node && existsSync(node) && basename(npm).startsWith("npm-cli")) return [node, npm];
  return [process.platform === "win32" ? "npm.cmd" : "npm"];
}
