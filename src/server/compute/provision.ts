import type { z } from "zod";
import type { vmCreateInput, vmCreateOutput } from "#shared/compute/schema.ts";
import { AppError } from "#shared/errors.ts";
import { newId } from "#shared/ids.ts";
import { holdFirstHour } from "#server/billing/first-hour-hold.ts";
import type { MemberActor } from "#server/identity/actor.ts";
import { publish, type Tx } from "#server/infra/events.ts";
import type { Image, Plan, Vm } from "#server/infra/prisma/client.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { recordAudit } from "#server/platform/audit.ts";
import { findAddresses, type FoundAddress, giveAddresses } from "./catalog/addresses.ts";
import { imageBy, planBy, regionExists } from "./catalog/catalog-repository.ts";
import { requireQuota } from "./catalog/quota.ts";
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
    const { plan, image } = await choices(tx, input);
    const sshKeys = await resolveSshKeys(tx, organizationId, input.sshKeys);
    await requireQuota(tx, organizationId, { vms: 1, vcpu: plan.vcpu, memoryMb: plan.memoryMb, storageGb: plan.storageGb });
    const { host, addresses } = await findPlace(tx, { plan, image, region: input.region ?? null, at });
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
      hypervisorRef: hypervisorRef(id),
      planId: plan.id,
      imageId: image.id,
      vcpu: plan.vcpu,
      memoryMb: plan.memoryMb,
      storageGb: plan.storageGb,
      computePricePerHour: plan.computePricePerHour,
      storagePricePerHour: plan.storagePricePerHour,
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
      input: { holdId, passwordHash: hash, ...(input.userData === undefined ? {} : { userData: input.userData }) },
      at,
    });
    await recordAudit(tx, actor, {
      action: "vm.create",
      subjectType: "vm",
      subjectId: id,
      organizationId,
      after: { name: vm.name, projectId: project.id, plan: plan.slug, image: image.slug, region: host.region, addresses: addresses.map(({ address }) => address), operationId },
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

async function choices(tx: Tx, input: z.infer<typeof vmCreateInput>): Promise<{ plan: Plan; image: Image }> {
  const plan = await planBy(tx, input.plan);
  if (!plan) throw invalid("plan", "is not in the catalog");
  const image = await imageBy(tx, input.templateId);
  if (!image) throw invalid("templateId", "is not in the catalog");
  if (plan.storageGb < image.minStorageGb) throw invalid("plan", `has ${plan.storageGb} GB of disk, and ${image.name} needs ${image.minStorageGb}`);
  if (input.region !== undefined && !(await regionExists(tx, input.region))) throw invalid("region", "is not in the catalog");
  return { plan, image };
}

/** The best host with room whose region still has addresses. */
async function findPlace(tx: Tx, wanted: { plan: Plan; image: Image; region: string | null; at: Date }): Promise<{ host: HostLoad; addresses: FoundAddress[] }> {
  const { plan, image, region, at } = wanted;
  const hosts = rankPlaces(await lockHosts(tx, { region, planId: plan.id, imageId: image.id }), plan);
  const bestOfRegions = hosts.filter((host, index) => hosts.findIndex((other) => other.region === host.region) === index);
  for (const host of bestOfRegions) {
    const addresses = await findAddresses(tx, host.region, at);
    if (addresses !== "full") return { host, addresses };
  }
  const lack = hosts.length > 0 ? "All addresses are taken" : "There is no room for this plan and image";
  throw new AppError("SERVICE_UNAVAILABLE", `${lack}${region ? ` in ${region}` : ""} right now.`, { retryAfter: 300 });
}

function invalid(field: string, message: string): AppError {
  return new AppError("INVALID_REQUEST", `${field} ${message}.`, { details: [{ field, message }] });
}
