import { createHash } from "node:crypto";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ClaimRefused } from "./claim.ts";
import { SimulatedDevice } from "./device.ts";
import type { DeviceLog } from "./device-log.ts";

/** `npm run device -- --claim <token> --server <address>`: a simulated device as a program of its own. Started again with the same token it goes on with what it has. */
const USAGE = `Usage: npm run device -- --claim <token> [--claim <another> …] [--server http://localhost:3000] [--state <folder>] [--speed <factor>]

  --claim   the claim token, in any form: as shown, with hyphens, or the address in the QR code
  --server  where Switchyard is; an address given to --claim says it too
  --state   where the device keeps its credentials and stock (data/simulator)
  --speed   readings and sales come this many times faster (1)
`;

function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

const log: DeviceLog = {
  info: (fields, message) => void process.stdout.write(`${message} ${JSON.stringify(fields)}\n`),
  warn: (fields, message) => void process.stderr.write(`${message} ${JSON.stringify(fields)}\n`),
};

interface Arguments {
  claims: { token: string; server: string }[];
  state: string;
  speed: number;
}

function readArguments(): Arguments {
  try {
    const { values } = parseArgs({
      options: { claim: { type: "string", multiple: true }, server: { type: "string" }, state: { type: "string", default: "data/simulator" }, speed: { type: "string", default: "1" } },
    });
    const speed = Number(values.speed);
    if (!values.claim || !(speed > 0 && speed <= 1_000)) fail(USAGE);
    return { claims: values.claim.map((given) => readClaim(given, values.server)), state: values.state, speed };
  } catch (error) {
    return fail(`${(error as Error).message}\n\n${USAGE}`);
  }
}

/** A token, or the address of the QR code, whose scheme and host are in upper case. */
function readClaim(given: string, server: string | undefined): { token: string; server: string } {
  const address = /^(https?:\/\/.+)\/c\/([^/]+)$/i.exec(given);
  const token = (address?.[2] ?? given).toUpperCase().replace(/[\s-]/g, "");
  return { token, server: server ?? (address?.[1] ? new URL(address[1]).href : "http://localhost:3000") };
}

async function main(): Promise<void> {
  const { claims, state, speed } = readArguments();
  const devices = claims.map(({ token, server }) => {
    const stateFile = join(state, `${createHash("sha256").update(token).digest("hex").slice(0, 16)}.json`);
    return new SimulatedDevice({ server, stateFile, token: async () => token, speed, log });
  });
  const stop = (): void => {
    Promise.all(devices.map((device) => device.stop())).then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
  await Promise.all(devices.map((device) => device.start()));
}

main().catch((error: unknown) => fail(error instanceof ClaimRefused ? `The claim was refused: ${error.message}` : ((error as Error).stack ?? String(error))));
