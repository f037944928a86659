import { publish, type Tx } from "#server/infra/events.ts";
import type { Host } from "#server/infra/prisma/client.ts";
import type { HostProbe } from "../drivers/driver.ts";
import { updateHostRow, vmsToTell } from "./host-repository.ts";
import { forgetFree, writeStorages } from "./storage-repository.ts";

/** What a probe says of the host itself. */
export type Figures = Omit<HostProbe, "tlsFingerprint" | "hypervisor"> & { hypervisor: string };

/** What a probe found, as columns. Warnings stand where the reason of an absence would. */
export function figuresOf(probe: Figures, at: Date) {
  return {
    health: "healthy",
    healthMessage: probe.warnings.length > 0 ? probe.warnings.join("\n") : null,
    checkedAt: at,
    version: probe.version,
    hypervisor: probe.hypervisor,
    vcpu: probe.vcpu,
    memoryMb: probe.memoryMb,
    storageGb: probe.storageGb,
    cpuPercent: probe.cpuPercent,
    memoryFreeMb: probe.memoryFreeMb,
    storageFreeGb: probe.storageFreeGb,
  };
}

/** Writes what a probe found of the host's storages. */
export async function recordStorages(tx: Tx, hostId: string, { storages }: Pick<HostProbe, "storages">): Promise<void> {
  await (storages === null ? forgetFree(tx, hostId) : writeStorages(tx, hostId, storages));
}

/** Writes that the host has answered. `host` is its row, locked. Who is told of a host's health: administrators, and the VMs' owners when they no longer know. */
export async function recordHealthy(tx: Tx, host: Host, probe: Figures, at: Date): Promise<void> {
  const changed = host.health !== "healthy";
  await updateHostRow(tx, host.id, { ...figuresOf(probe, at), ...(changed ? { healthSince: at } : {}) });
  await recordStorages(tx, host.id, probe);
  if (host.health !== "unreachable") return;
  await publish(tx, { type: "host.healthy", subject: host.id, organizationId: null, at, data: { hostId: host.id, name: host.name } });
  await tellVms(tx, host, at);
}

/** Writes that the host could not be asked. What it said of itself before stays: as old as `healthSince`. */
export async function recordUnreachable(tx: Tx, host: Host, message: string, at: Date): Promise<void> {
  const changed = host.health !== "unreachable";
  await updateHostRow(tx, host.id, { health: "unreachable", healthMessage: message, checkedAt: at, cpuPercent: null, memoryFreeMb: null, storageFreeGb: null, ...(changed ? { healthSince: at } : {}) });
  await forgetFree(tx, host.id);
  if (!changed) return;
  await publish(tx, { type: "host.unreachable", subject: host.id, organizationId: null, at, data: { hostId: host.id, name: host.name, message } });
  await tellVms(tx, host, at);
}

/** Writes that the host is not asked any more. */
export async function recordUnasked(tx: Tx, host: Host, at: Date): Promise<void> {
  await updateHostRow(tx, host.id, { health: "unknown", healthMessage: null, healthSince: at, cpuPercent: null, memoryFreeMb: null, storageFreeGb: null });
  await forgetFree(tx, host.id);
  if (host.health === "unreachable") await tellVms(tx, host, at);
}

/** The VMs' views say since when nothing is known of them. */
async function tellVms(tx: Tx, host: Host, at: Date): Promise<void> {
  for (const vm of await vmsToTell(tx, host.id)) await publish(tx, { type: "vm.updated", subject: vm.id, organizationId: vm.organizationId, at, data: { vmId: vm.id } });
}
