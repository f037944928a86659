import { AppError } from "#shared/errors.ts";
import type { Runtime } from "#server/infra/runtime.ts";
import { prefixOf } from "./catalog/ip-network.ts";
import type { GuestConfiguration, VmHardware } from "./drivers/driver.ts";
import { type VmParts, vmParts } from "./vm-hardware-repository.ts";

/**
 * What the VM is made of, as the catalog says now: an administrator who mends a wrong name of an image mends the operation that waits for it.
 * @param backup that its disk is made from; null: from its image
 */
export async function hardwareOf(rt: Runtime, vmId: string, backup: string | null): Promise<VmHardware> {
  const vm = await partsOf(rt, vmId);
  const pool = vm.addresses[0]?.pool;
  return {
    image: { slug: vm.image.slug, source: vm.image.sources.find((source) => source.hostId === vm.hostId)?.source ?? null },
    backup,
    cloneMode: vm.plan.cloneMode === "linked" ? "linked" : "full",
    storage: vm.storage,
    vcpu: vm.vcpu,
    memoryMb: vm.memoryMb,
    storageGb: vm.storageGb,
    network: { bridge: pool?.bridge ?? null, vlan: pool?.vlan ?? null },
  };
}

/** What the VM's cloud-init is told. */
export async function guestOf(rt: Runtime, vmId: string, secrets: { passwordHash: string; userData: string | null }): Promise<GuestConfiguration> {
  const vm = await partsOf(rt, vmId);
  return {
    hostname: vm.name,
    user: vm.image.defaultUser,
    sshKeys: vm.sshKeys,
    addresses: vm.addresses.map(({ address, pool }) => ({ address, prefix: prefixOf(pool.network), gateway: pool.gateway })),
    nameservers: [...new Set(vm.addresses.flatMap(({ pool }) => pool.nameservers))],
    ...secrets,
  };
}

async function partsOf(rt: Runtime, vmId: string): Promise<VmParts> {
  const vm = await vmParts(rt, vmId);
  if (!vm) throw new AppError("INTERNAL_ERROR", `There is no ${vmId}.`);
  return vm;
}
