/** Runs before anything is installed, so this and its neighbours are plain JavaScript for Node 20 and later, without dependencies. */
const OLDEST = 20;

/** Ends the process with a sentence when this Node cannot even install Node 24. */
export function checkNodeVersion() {
  const major = Number(process.versions.node.split(".")[0]);
  if (major >= OLDEST) return;
  process.stderr.write(`Switchyard needs Node ${OLDEST} or later to install itself; this is ${process.versions.node}. See https://nodejs.org\n`);
  process.exit(1);
}
