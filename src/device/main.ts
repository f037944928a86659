import { readFileSync } from "node:fs";
import { readArguments, USAGE, WrongArguments } from "./arguments.ts";
import { ClaimRefused } from "./claim.ts";
import { memberOf, readClaimList } from "./claim-list.ts";
import type { DeviceLog } from "./device-log.ts";
import { type Fleet, startFleet } from "./fleet.ts";

/** `npm run device`: simulated devices as a program of its own. Started again with the same tokens they go on with what they have. */
const OFFLINE_AFTER_MS = 10_000;

const log: DeviceLog = {
  info: (fields, message) => void process.stdout.write(`${message} ${JSON.stringify(fields)}\n`),
  warn: (fields, message) => void process.stderr.write(`${message} ${JSON.stringify(fields)}\n`),
};

async function main(): Promise<void> {
  const given = readArguments(process.argv.slice(2));
  const listed = given.claimsFile === undefined ? [] : readClaimList(readFileSync(given.claimsFile, "utf8"), given.server);
  if (given.fleet !== undefined && given.fleet > listed.length) throw new WrongArguments(`there are ${listed.length} claims in the file, --fleet asks for ${given.fleet}`);
  const members = [...given.claims.map((claim) => memberOf(claim, given.server)), ...listed.slice(0, given.fleet ?? listed.length)];
  const fleet = startFleet({ stateFolder: given.state, members, speed: given.speed, sales: given.sales, faults: given.faults, log });
  const stop = (): void => {
    fleet.stop().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
  if (given.offlineForSeconds > 0) loseNetwork(fleet, given.offlineForSeconds, given.speed);
  const failed = await fleet.started;
  for (const { error } of failed) process.stderr.write(error instanceof ClaimRefused ? `The claim was refused: ${error.message}\n` : `${error.stack ?? error.message}\n`);
  if (failed.length === fleet.devices.length) process.exit(1);
}

function loseNetwork(fleet: Fleet, seconds: number, speed: number): void {
  setTimeout(() => fleet.devices.forEach((device) => device.goOffline((seconds * 1_000) / speed)), OFFLINE_AFTER_MS / speed);
}

main().catch((error: unknown) => {
  const known = error instanceof WrongArguments || error instanceof RangeError || (error as NodeJS.ErrnoException).code === "ENOENT";
  process.stderr.write(error instanceof WrongArguments ? `${error.message}\n\n${USAGE}` : `${known ? (error as Error).message : ((error as Error).stack ?? String(error))}\n`);
  process.exit(1);
});
