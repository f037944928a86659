import type { z } from "zod";
import type { vmOutput } from "#shared/compute/schema.ts";
import type { VmStatus } from "#shared/compute/states.ts";
import type { VmListRow } from "./vm-list-sql.ts";
import type { VmWithRelations } from "./repository.ts";

export type VmView = z.infer<typeof vmOutput>;

/** What a VM costs an hour as it is now: nothing before it first runs or when it is gone, its disk while it is off. */
function priceNow(vm: { status: string; startedAt: Date | null; computePrice: bigint; storagePrice: bigint }): string {
  if (vm.status === "provisioning" || vm.status === "terminated" || vm.status === "rolled_back") return "0";
  return (vm.startedAt === null ? vm.storagePrice : vm.computePrice + vm.storagePrice).toString();
}

/** A row of the list, which has an id. */
export function fromListRow(row: VmListRow & { id: string }): VmView {
  return {
    id: row.id,
    name: row.name,
    // The column holds what this program wrote: a status.
    status: row.status as VmStatus,
    statusReason: row.statusReason,
    hypervisor: row.driver ?? "",
    region: row.region,
    projectId: row.projectId,
    ownerId: row.ownerId,
    plan: row.plan,
    templateId: row.image,
    resources: { cpu: row.vcpu, memoryGb: row.memoryMb / 1024, storageGb: row.storageGb },
    network: { privateIp: row.privateIp, publicIp: null, vpcId: null },
    metadata: row.metadata,
    operationId: row.operationId,
    pricePerHour: priceNow(row),
    startedAt: row.startedAt && row.startedAt.toISOString(),
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}

export function fromVm(vm: VmWithRelations): VmView {
  return fromListRow({
    ...vm,
    total: 1,
    driver: vm.host?.driver ?? null,
    plan: vm.plan.slug,
    image: vm.image.slug,
    metadata: vm.metadata as Record<string, string>, // written from the contract's schema
    computePrice: vm.plan.computePricePerHour,
    storagePrice: vm.plan.storagePricePerHour,
  });
}
