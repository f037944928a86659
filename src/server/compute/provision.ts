import type { z } from "zod";
import type { vmCreateInput, vmCreateOutput } from "#shared/compute/schema.ts";
import { AppError } from "#shared/errors.ts";
import { newId } from "#shared/ids.ts";
import { holdFirstHour } from "#server/billing/first-hour-hold.ts";
import { pricesAt } from "#server/billing/prices/prices.ts";
import type { MemberActor } from "#server/identity/actor.ts";
import { publish, type Tx } from "#server/infra/events.ts";
import type { Image, Plan, Vm, VmBackup } from "#server/infra/prisma/client.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { recordAudit } from "#server/platform/audit.ts";
import { backupForNewVm } from "./backups/new-vm.ts";
import { findAddresses, type FoundAddress, giveAddresses } from "./catalog/addresses.ts";
import { imageBy, planBy, regionExists } from "./catalog/catalog-repository.ts";
import { requireQuota } from "./catalog/quota.ts";
import { wrong } from "./catalog/refusals.ts";
import { hypervisorRef } from "./drivers/driver.ts";
import { enqueueOperation } from "./operation-queue.ts";
import { rankPlaces } from "./placement.ts";
import { type HostLoad, lockHosts } from "./placement-repository.ts";
import { visible } from "./policy.ts";
import { vmCreate } from "./provision-steps.ts";
import { insertVm, lockProject } from "./repository.ts";
import { resolveSshKeys } from "./ssh-keys.ts";
import { generatePassword } from "./vm-password.ts";
import { announceStatus, resourceOf } from "./vm-status.ts";

/** What making a VM takes on a real hypervisor with fast disks. */
const CREATE_SECONDS = 15;

const DAY_MS = 86_400_000;

/**
 * Takes a place on a host and addresses, holds the first hour's credits and queues the making of the VM, in one transaction: too few credits, a quota that is used up
 * and no room are answered at once. The password is in the answer and nowhere else.
 * @throws AppError NOT_FOUND (project, SSH key), INVALID_REQUEST, INSUFFICIENT_CREDITS, INVALID_STATE, FORBIDDEN (quota), SERVICE_UNAVAILABLE (no room, no addresses)
 */
export async function createVm(rt: Runtime, actor: MemberActor, input: z.infer<typeof vmCreateInput>): Promise<z.infer<typeof vmCreateOutput>> {
  const { password, hash } = generatePassword();
  const made = await transact(rt, async (tx) => {
    const at = rt.clock.now();
    const { organizationId } = actor;
    const project = visible(await lockProject(tx, input.projectId), actor, "project");
    if (project.operationId !== null) throw new AppError("INVALID_STATE", "This project is being deleted.", { state: "deleting" });
    const { plan, image, backup } = await choices(rt, tx, actor, input);
    const sshKeys = await resolveSshKeys(tx, organizationId, input.sshKeys);
    await requireQuota(tx, organizationId, { vms: 1, vcpu: plan.vcpu, memoryMb: plan.memoryMb, storageGb: plan.storageGb });
    const { host, addresses } = await findPlace(tx, { plan, image, backup, region: input.region ?? null, at });
    const prices = await pricesAt(tx, { type: "plan", id: plan.id }, at);
    const expireInDays = input.expireInDays ?? plan.expireInDays;
    const id = newId("vm");
    const operationId = newId("operation");
    const vm: Vm = await insertVm(tx, {
      id,
      organizationId,
      projectId: project.id,
      ownerId: actor.userId,
      name: input.name,
      status: "provisioning",
      region: host.region,
      hostId: host.id,
      storage: host.storage,
      hypervisorRef: hypervisorRef(id),
      planId: plan.id,
      imageId: image.id,
      vcpu: plan.vcpu,
      memoryMb: plan.memoryMb,
      storageGb: plan.storageGb,
      priceIds: [prices.compute.id, prices.storage.id],
      expireAt: expireInDays === null ? null : new Date(at.getTime() + expireInDays * DAY_MS),
      sshKeys,
      metadata: input.metadata,
      operationId,
      createdAt: at,
      updatedAt: at,
    });
    await giveAddresses(tx, id, addresses, at);
    const { computePricePerHour, storagePricePerHour } = vm;
    const holdId = await holdFirstHour(tx, { key: `${operationId}:hold`, resource: resourceOf(vm), computePricePerHour, storagePricePerHour, at });
    await enqueueOperation(tx, vmCreate, {
      id: operationId,
      organizationId,
      subjectType: "vm",
      subjectId: id,
      subjectName: vm.name,
      actorId: actor.userId,
      input: { holdId, priceIds: vm.priceIds, backupId: backup?.id ?? null, passwordHash: hash, ...(input.userData === undefined ? {} : { userData: input.userData }) },
      at,
    });
    await recordAudit(tx, actor, {
      action: "vm.create",
      subjectType: "vm",
      subjectId: id,
      organizationId,
      after: { name: vm.name, projectId: project.id, plan: plan.slug, image: image.slug, region: host.region, addresses: addresses.map(({ address }) => address), operationId, ...(backup ? { backupId: backup.id } : {}) },
      at,
    });
    await publish(tx, { type: "vm.created", subject: id, organizationId, at, data: { vmId: id, projectId: project.id, name: vm.name } });
    await announceStatus(tx, { ...vm, status: "" }, "provisioning", null, at);
    return { id, operationId, at };
  });
  rt.signals.send("operations");
  return {
    id: made.id,
    name: input.name,
    status: "provisioning",
    provisioningJobId: made.operationId,
    estimatedCompletion: new Date(made.at.getTime() + (CREATE_SECONDS * 1_000) / rt.config.simulationSpeed).toISOString(),
    password,
  };
}

async function choices(rt: Runtime, tx: Tx, actor: MemberActor, input: z.infer<typeof vmCreateInput>): Promise<{ plan: Plan; image: Image; backup: VmBackup | null }> {
  const plan = await planBy(tx, input.plan);
  if (!plan) throw wrong("plan", "is not in the catalog");
  if (input.region !== undefined && !(await regionExists(tx, input.region))) throw wrong("region", "is not in the catalog");
  const { templateId, backupId } = input;
  if (backupId !== undefined) {
    if (templateId !== undefined) throw wrong("templateId", "is left out where a VM is made from a backup");
    return { plan, ...(await backupForNewVm(rt, tx, actor, { backupId, plan, region: input.region })) };
  }
  if (templateId === undefined) throw wrong("templateId", "is needed, or a backup to make the VM from");
  const image = await imageBy(tx, templateId);
  if (!image) throw wrong("templateId", "is not in the catalog");
  if (plan.storageGb < image.minStorageGb) throw wrong("plan", `has ${plan.storageGb} GB of disk, and ${image.name} needs ${image.minStorageGb}`);
  return { plan, image, backup: null };
}

/** The best host with room whose region still has addresses; with a backup, the one that has it. */
async function findPlace(tx: Tx, wanted: { plan: Plan; image: Image; backup: VmBackup | null; region: string | null; at: Date }): Promise<{ host: HostLoad; addresses: FoundAddress[] }> {
  const { plan, image, backup, region, at } = wanted;
  const hosts = rankPlaces(await lockHosts(tx, { region, planId: plan.id, ...(backup ? { imageId: null, hostId: backup.hostId } : { imageId: image.id, hostId: null }) }), plan);
  const bestOfRegions = hosts.filter((host, index) => hosts.findIndex((other) => other.region === host.region) === index);
  for (const host of bestOfRegions) {
    const addresses = await findAddresses(tx, host.region, at);
    if (addresses !== "full") return { host, addresses };
  }
  throw new AppError("SERVICE_UNAVAILABLE", `${lackOf(hosts.length > 0, backup)}${region ? ` in ${region}` : ""} right now.`, { retryAfter: 300 });
}

function lackOf(room: boolean, backup: VmBackup | null): string {
  if (room) return "All addresses are taken";
  return backup ? "There is no room for this plan on the host that has the backup" : "There is no room for this plan and image";
}
