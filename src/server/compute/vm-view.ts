import type { z } from "zod";
import type { vmOutput } from "#shared/compute/schema.ts";
import { vmIsGone, type VmStatus } from "#shared/compute/states.ts";
import type { VmWithRelations } from "./repository.ts";

export type VmView = z.infer<typeof vmOutput>;

/** A VM in the form of the contract; the list's statement writes the same. */
export function toView(vm: VmWithRelations): VmView {
  return {
    id: vm.id,
    name: vm.name,
    // The column holds what this program wrote: a status.
    status: vm.status as VmStatus,
    statusReason: vm.statusReason,
    unknownSince: unknownSince(vm),
    hypervisor: vm.host?.driver ?? "",
    region: vm.region,
    projectId: vm.projectId,
    ownerId: vm.ownerId,
    plan: vm.plan.slug,
    templateId: vm.image.slug,
    resources: { cpu: vm.vcpu, memoryGb: vm.memoryMb / 1024, storageGb: vm.storageGb },
    network: { privateIp: vm.privateIp, publicIp: assigned(vm, 4), ipv6: assigned(vm, 6), vpcId: null },
    metadata: vm.metadata as Record<string, string>, // written from the contract's schema
    operationId: vm.operationId,
    pricePerHour: priceNow(vm).toString(),
    startedAt: vm.startedAt && vm.startedAt.toISOString(),
    createdAt: vm.createdAt.toISOString(),
    updatedAt: vm.updatedAt.toISOString(),
  };
}

/** What a VM costs an hour as it is now: nothing before it first runs or when it is gone, its disk while it is off. */
function priceNow(vm: VmWithRelations): bigint {
  if (vm.status === "provisioning" || vmIsGone(vm.status)) return 0n;
  return vm.startedAt === null ? vm.storagePricePerHour : vm.computePricePerHour + vm.storagePricePerHour;
}

/** The address of the family that a pool gave to the VM. */
function assigned(vm: VmWithRelations, family: 4 | 6): string | null {
  return vm.addresses.find(({ address }) => address.includes(":") === (family === 6))?.address ?? null;
}

/** Nothing is guessed about a VM whose host cannot be asked. One that is gone is gone, whatever its host says. */
function unknownSince(vm: VmWithRelations): string | null {
  if (vm.host?.health !== "unreachable" || vmIsGone(vm.status)) return null;
  return vm.host.healthSince && vm.host.healthSince.toISOString();
}
