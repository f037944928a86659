import { join } from "node:path";
import { SimulatedDevice } from "./device.ts";
import type { DeviceLog } from "./device-log.ts";

export interface FleetOptions {
  server: string;
  /** one file for each device */
  stateFolder: string;
  claims: readonly { machineId: string; brokerUrl: string; token: () => Promise<string> }[];
  speed?: number;
  log: DeviceLog;
}

export interface Fleet {
  count: number;
  stop(): Promise<void>;
}

/** Runs the devices of these machines in this process. They connect by themselves, now or when the server answers; one that fails leaves the others alone. */
export async function startSimulatedFleet(options: FleetOptions): Promise<Fleet> {
  const devices = options.claims.map(({ machineId, brokerUrl, token }) => {
    const device = new SimulatedDevice({
      server: options.server,
      stateFile: join(options.stateFolder, `${machineId}.json`),
      token,
      brokerUrl,
      log: options.log,
      ...(options.speed === undefined ? {} : { speed: options.speed }),
    });
    device.start().catch((error: unknown) => options.log.warn({ machineId, reason: (error as Error).message }, "a simulated device does not start"));
    return device;
  });
  return { count: devices.length, stop: async () => void (await Promise.all(devices.map((device) => device.stop()))) };
}
