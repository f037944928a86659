import { AppError } from "#shared/errors.ts";
import type { Host } from "#server/infra/prisma/client.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { guardDriver } from "../hosts/guarded-driver.ts";
import { createVmidStore } from "../hosts/vmid-repository.ts";
import type { Driver, DriverHost } from "./driver.ts";
import { createLibvirtDriver } from "./libvirt/libvirt-driver.ts";
import { createProxmoxDriver } from "./proxmox/proxmox-driver.ts";
import { createSimulatedDriver } from "./simulated/simulated-driver.ts";

/** Kinds of hypervisor, as the column host.driver names them. */
export const DRIVER_NAMES = ["simulated", "proxmox", "libvirt"] as const;
export type DriverName = (typeof DRIVER_NAMES)[number];

/** A name without a driver does not compile. */
const DRIVERS: Record<DriverName, (rt: Runtime, host: DriverHost) => Driver> = {
  simulated: (rt, host) => createSimulatedDriver({ folder: rt.config.dataDir, speed: rt.config.simulationSpeed }, host),
  proxmox: (rt, host) => createProxmoxDriver(host, { vmids: createVmidStore(rt), log: rt.log, now: () => rt.clock.now() }),
  libvirt: (rt, host) => createLibvirtDriver(host, { log: rt.log }),
};

/** What a driver is made from; the rest of a host's row may change without it. */
type HostRow = Pick<Host, "id" | "name" | "driver" | "vcpu" | "memoryMb" | "storageGb" | "endpoint" | "node" | "credentials" | "tlsFingerprint" | "settings">;

interface Kept {
  driver: Driver;
  madeFrom: string;
}

/**
 * Connections, tickets and what is known about a host's absence live in its driver: one for each host, for as long as its row stays the same. One that is let
 * go needs no end of its own: what it holds open closes by itself within seconds.
 */
const kept = new WeakMap<Runtime, Map<string, Kept>>();

export function isDriverName(name: string): name is DriverName {
  return (DRIVER_NAMES as readonly string[]).includes(name);
}

/** The driver of a host. @throws AppError HYPERVISOR_ERROR when the catalog names one that this version doesn't have, or its credentials cannot be opened */
export function driverOf(rt: Runtime, host: HostRow): Driver {
  const drivers = kept.get(rt) ?? new Map<string, Kept>();
  kept.set(rt, drivers);
  const madeFrom = JSON.stringify([host.driver, host.name, host.vcpu, host.memoryMb, host.storageGb, host.endpoint, host.node, host.credentials, host.tlsFingerprint, host.settings]);
  const before = drivers.get(host.id);
  if (before?.madeFrom === madeFrom) return before.driver;
  const driver = guardDriver(createDriver(rt, host.driver, driverHostOf(rt, host)), host, {
    now: () => rt.clock.now(),
    onChange: (state, why) => rt.log.warn({ host: host.name, state, why }, "host: circuit breaker"),
  });
  drivers.set(host.id, { driver, madeFrom });
  return driver;
}

/** A driver of nobody's: for values that are tried before they are saved. */
export function createDriver(rt: Runtime, name: string, host: DriverHost): Driver {
  if (!isDriverName(name)) throw new AppError("HYPERVISOR_ERROR", `Host ${host.name} names the unknown driver ${name}.`);
  return DRIVERS[name](rt, host);
}

/** A host's row in the form that drivers take: with its credentials opened. Keep it out of logs. */
export function driverHostOf(rt: Runtime, host: HostRow): DriverHost {
  return {
    id: host.id,
    name: host.name,
    vcpu: host.vcpu,
    memoryMb: host.memoryMb,
    storageGb: host.storageGb,
    endpoint: host.endpoint,
    node: host.node,
    credentials: openCredentials(rt, host),
    tlsFingerprint: host.tlsFingerprint,
    settings: host.settings,
  };
}

/** @returns null: none are stored. @throws AppError HYPERVISOR_ERROR when the key they were sealed with is gone */
export function openCredentials(rt: Runtime, host: Pick<Host, "id" | "name" | "credentials">): unknown {
  if (host.credentials === null) return null;
  try {
    return JSON.parse(rt.sealer.open(host.credentials, sealContext(host.id)));
  } catch (error) {
    throw new AppError("HYPERVISOR_ERROR", `The stored credentials of ${host.name} cannot be opened: enter them again.`, {}, error);
  }
}

export function sealCredentials(rt: Runtime, hostId: string, credentials: unknown): string {
  return rt.sealer.seal(JSON.stringify(credentials), sealContext(hostId));
}

function sealContext(hostId: string): string {
  return `host:${hostId}:credentials`;
}
