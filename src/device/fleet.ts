import { join } from "node:path";
import { SimulatedDevice } from "./device.ts";
import type { DeviceLog } from "./device-log.ts";
import type { Faults } from "./faults.ts";
import { PowerLost } from "./power.ts";

export interface FleetMember {
  /** name of its file */
  name: string;
  server: string;
  brokerUrl?: string;
  token: () => Promise<string>;
}

export interface FleetOptions {
  /** one file for each device */
  stateFolder: string;
  members: readonly FleetMember[];
  speed?: number;
  sales?: boolean;
  faults?: () => Partial<Faults>;
  log: DeviceLog;
}

export interface Fleet {
  devices: readonly SimulatedDevice[];
  /** Resolves when each has connected, or never will: with those that will not, and why. */
  started: Promise<{ name: string; error: Error }[]>;
  stop(): Promise<void>;
}

/** So many connect at a time: thousands at once would be a flood that no street of machines makes. */
const AT_ONCE = 16;

/** Runs devices in this process. They connect by themselves, now or when the server answers; one that fails leaves the others alone. */
export function startFleet(options: FleetOptions): Fleet {
  const { log, members, sales = false, speed = 1 } = options;
  const devices = members.map(
    ({ name, ...member }) => new SimulatedDevice({ ...member, stateFile: join(options.stateFolder, `${name}.json`), speed, sales, log, faults: options.faults?.() ?? {} }),
  );
  let next = 0;
  let stopped = false;
  const failed: { name: string; error: Error }[] = [];
  const worker = async (): Promise<void> => {
    for (let index = next; index < devices.length && !stopped; index = next) {
      next += 1;
      await devices[index]?.start().catch((error: Error) => {
        // A fault took its power while it started: it comes back by itself.
        if (!(error instanceof PowerLost)) failed.push({ name: members[index]?.name ?? "", error });
      });
    }
  };
  const started = Promise.all(Array.from({ length: AT_ONCE }, worker)).then(() => failed);
  return {
    devices,
    started,
    async stop() {
      stopped = true;
      await Promise.all(devices.map((device) => device.stop()));
    },
  };
}

/** The demo's devices. */
export async function startSimulatedFleet(options: {
  server: string;
  stateFolder: string;
  claims: readonly { machineId: string; brokerUrl: string; token: () => Promise<string> }[];
  speed?: number;
  log: DeviceLog;
}): Promise<{ count: number; stop: () => Promise<void> }> {
  const { claims, log, server, speed = 1, stateFolder } = options;
  const members = claims.map(({ machineId, brokerUrl, token }) => ({ name: machineId, server, brokerUrl, token }));
  const fleet = startFleet({ stateFolder, members, speed, sales: true, log });
  fleet.started
    .then((failed) => failed.forEach(({ name, error }) => log.warn({ machineId: name, reason: error.message }, "a simulated device does not start")))
    .catch(() => {});
  return { count: fleet.devices.length, stop: () => fleet.stop() };
}
