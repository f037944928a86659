import type { z } from "zod";
import type { hostDetailOutput, hostOutput } from "#shared/compute/hosts.ts";
import type { HostHealth, HostStatus } from "#shared/compute/host-states.ts";
import { libvirtCredentialsSchema } from "../drivers/libvirt/libvirt-settings.ts";
import { proxmoxCredentials } from "../drivers/proxmox/proxmox-settings.ts";
import type { HostSettings } from "./connection.ts";
import type { HostUse, HostWithPlace } from "./host-repository.ts";
import type { StorageUse } from "./storage-repository.ts";

/** A host in the form of the contract. */
export function toHostView(host: HostWithPlace, use: HostUse): z.infer<typeof hostOutput> {
  // One that was saved without being asked has figures that say nothing.
  const asked = host.version !== null || host.driver === "simulated";
  const [vcpu, memoryMb, storageGb] = asked ? [host.vcpu, host.memoryMb, host.storageGb] : [0, 0, 0];
  return {
    id: host.id,
    name: host.name,
    type: host.driver,
    location: host.region,
    locationName: host.place.name,
    // The columns hold what this program wrote.
    status: host.status as HostStatus,
    health: host.health as HostHealth,
    healthMessage: host.health === "healthy" ? null : host.healthMessage,
    healthSince: host.healthSince && host.healthSince.toISOString(),
    checkedAt: host.checkedAt && host.checkedAt.toISOString(),
    version: host.version,
    hypervisor: host.hypervisor,
    cpuPercent: host.cpuPercent,
    capacity: {
      vcpu: { total: vcpu, sellable: Math.floor(vcpu * host.vcpuRatio), used: use.usedVcpu },
      memoryMb: { total: memoryMb, sellable: Math.max(0, memoryMb - host.memoryReserveMb), used: use.usedMemoryMb, free: host.memoryFreeMb },
      storageGb: { total: storageGb, sellable: Math.max(0, storageGb - host.storageReserveGb), used: use.usedStorageGb, free: host.storageFreeGb },
    },
    vmCount: use.vmCount,
    openFindings: use.openFindings,
    createdAt: host.createdAt.toISOString(),
    updatedAt: host.updatedAt.toISOString(),
  };
}

/** With how it is reached, but never with what: of the credentials only their kind and the name in them. */
export function toHostDetail(host: HostWithPlace, use: HostUse, storages: readonly StorageUse[], credentials: unknown): z.infer<typeof hostDetailOutput> {
  return {
    ...toHostView(host, use),
    apiUrl: host.driver === "proxmox" ? host.endpoint : null,
    uri: host.driver === "libvirt" ? host.endpoint : null,
    node: host.node,
    tlsFingerprint: host.tlsFingerprint,
    settings: host.settings as HostSettings, // written from the contract's schema
    credentials: describeCredentials(credentials),
    vcpuRatio: host.vcpuRatio,
    memoryReserveMb: host.memoryReserveMb,
    storageReserveGb: host.storageReserveGb,
    storages: storages.map(({ name, isDefault, totalGb, freeGb, usedGb }) => ({ name, isDefault, totalGb, sellableGb: isDefault ? Math.max(0, totalGb - host.storageReserveGb) : totalGb, usedGb, freeGb })),
    warnings: host.health === "healthy" && host.healthMessage ? host.healthMessage.split("\n") : [],
  };
}

function describeCredentials(credentials: unknown): z.infer<typeof hostDetailOutput>["credentials"] {
  const known = { ...proxmoxCredentials.safeParse(credentials).data, ...libvirtCredentialsSchema.safeParse(credentials).data };
  if ("tokenId" in known && known.tokenId) return { kind: "token", username: known.tokenId };
  if ("username" in known && known.username) return { kind: "password", username: `${known.username}@${known.realm}` };
  if (known.privateKey) return { kind: "ssh_key", username: null };
  if (known.clientKey) return { kind: "certificate", username: null };
  return { kind: "none", username: null };
}
