import type { z } from "zod";
import type { vmReplaceInput, vmReplaceOutput, vmUpgradeInput } from "#shared/compute/changes.ts";
import type { vmActionOutput } from "#shared/compute/schema.ts";
import { VM_TRANSITIONS } from "#shared/compute/states.ts";
import { AppError, notFound } from "#shared/errors.ts";
import { pricesAt } from "#server/billing/prices/prices.ts";
import type { MemberActor } from "#server/identity/actor.ts";
import type { Tx } from "#server/infra/events.ts";
import type { Upgrade, Vm } from "#server/infra/prisma/client.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { visible } from "../policy.ts";
import { vmWithPlan } from "../repository.ts";
import { requestVmOperation } from "../vm-requests.ts";
import { updateVm } from "../vms.ts";
import { upgradeBy, upgradeOfSize } from "./change-repository.ts";

/**
 * Makes a stopped VM larger by a bundle of the catalog, and dearer by its price from then on.
 * @throws AppError NOT_FOUND, INVALID_STATE, INSUFFICIENT_CREDITS, FORBIDDEN (quota), SERVICE_UNAVAILABLE (no room on its host)
 */
export async function upgradeVm(rt: Runtime, actor: MemberActor, input: z.infer<typeof vmUpgradeInput>): Promise<z.infer<typeof vmActionOutput>> {
  const operationId = await transact(rt, async (tx) => {
    const vm = visible(await vmWithPlan(tx, input.id), actor, "VM");
    const upgrade = await upgradeBy(tx, input.upgrade);
    if (!upgrade) throw notFound("upgrade");
    return request(tx, rt, actor, vm, upgrade);
  });
  rt.signals.send("operations");
  return { id: input.id, status: VM_TRANSITIONS.upgrade.during, operationId };
}

/** Name, metadata and size in one call: the size by the upgrade that leads to it. What cannot be had changes nothing. */
export async function replaceVm(rt: Runtime, actor: MemberActor, input: z.infer<typeof vmReplaceInput>): Promise<z.infer<typeof vmReplaceOutput>> {
  const { id, resources, ...written } = input;
  const updateJobId = resources ? await growTo(rt, actor, id, resources) : null;
  const vm = await updateVm(rt, actor, { id, ...written });
  return { id, name: vm.name, status: vm.status, updateJobId, changesPending: updateJobId === null ? [] : Object.keys(resources ?? {}).map((key) => `resources.${WIRE_NAMES[key as keyof typeof WIRE_NAMES]}`) };
}

const WIRE_NAMES = { cpu: "cpu", memoryGb: "memory_gb", storageGb: "storage_gb" } as const;

/** @returns the operation; null when the VM has this size already */
async function growTo(rt: Runtime, actor: MemberActor, id: string, wanted: NonNullable<z.infer<typeof vmReplaceInput>["resources"]>): Promise<string | null> {
  const operationId = await transact(rt, async (tx) => {
    const vm = visible(await vmWithPlan(tx, id), actor, "VM");
    const added = {
      vcpu: (wanted.cpu ?? vm.vcpu) - vm.vcpu,
      memoryMb: Math.round((wanted.memoryGb ?? vm.memoryMb / 1024) * 1024) - vm.memoryMb,
      storageGb: (wanted.storageGb ?? vm.storageGb) - vm.storageGb,
    };
    if (Object.values(added).every((difference) => difference === 0)) return null;
    const upgrade = await upgradeOfSize(tx, added);
    if (!upgrade) {
      const message = "is not this VM's size with one of the catalog's upgrades";
      throw new AppError("INVALID_REQUEST", `resources ${message}.`, { details: [{ field: "resources", message }] });
    }
    return request(tx, rt, actor, vm, upgrade);
  });
  if (operationId !== null) rt.signals.send("operations");
  return operationId;
}

async function request(tx: Tx, rt: Runtime, actor: MemberActor, vm: Vm, upgrade: Upgrade): Promise<string> {
  const at = rt.clock.now();
  const { slug, vcpu, memoryMb, storageGb } = upgrade;
  const { compute, storage } = await pricesAt(tx, { type: "upgrade", id: upgrade.id }, at);
  const prices = { priceIds: [compute.id, storage.id], computePrice: compute.pricePerHour.toString(), storagePrice: storage.pricePerHour.toString() };
  return requestVmOperation(tx, vm, { action: "upgrade", input: { upgrade: slug, vcpu, memoryMb, storageGb, ...prices }, actor, at });
}
