import { AppError } from "#shared/errors.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import type { Driver, DriverHost } from "./driver.ts";
import { createSimulatedDriver } from "./simulated/simulated-driver.ts";

/** Kinds of hypervisor, as the column host.driver names them. */
export const DRIVER_NAMES = ["simulated"] as const;
export type DriverName = (typeof DRIVER_NAMES)[number];

/** A name without a driver does not compile. */
const DRIVERS: Record<DriverName, (rt: Runtime, host: DriverHost) => Driver> = {
  simulated: (rt, host) => createSimulatedDriver({ folder: rt.config.dataDir, speed: rt.config.simulationSpeed }, host),
};

function isDriverName(name: string): name is DriverName {
  return (DRIVER_NAMES as readonly string[]).includes(name);
}

/** The driver of a host. @throws AppError HYPERVISOR_ERROR when the catalog names one that this version doesn't have */
export function driverOf(rt: Runtime, host: DriverHost & { driver: string }): Driver {
  if (!isDriverName(host.driver)) throw new AppError("HYPERVISOR_ERROR", `Host ${host.name} names the unknown driver ${host.driver}.`);
  return DRIVERS[host.driver](rt, host);
}
