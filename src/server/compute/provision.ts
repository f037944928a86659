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
import { hypervisorRef } from "./drivers/driver.ts";
import { enqueueOperation } from "./operation-queue.ts";
import { choosePlace } from "./placement.ts";
import { visible } from "./policy.ts";
import { vmCreate } from "./provision-steps.ts";
import { type HostLoad, imageBy, insertVm, lockHosts, lockProject, planBy, regionExists } from "./repository.ts";
import { resolveSshKeys } from "./ssh-keys.ts";
import { generatePassword } from "./vm-password.ts";
import { announceStatus, resourceOf } from "./vm-status.ts";

/** What making a VM takes on a real hypervisor with fast disks. */
const CREATE_SECONDS = 15;

/**
 * Takes a place on a host, holds the first hour's credits and queues the making of the VM, in one transaction: too few credits and no room are
 * answered at once. The password is in the answer and nowhere else.
 * @throws AppError NOT_FOUND (project, SSH key), INVALID_REQUEST, INSUFFICIENT_CREDITS, INVALID_STATE, SERVICE_UNAVAILABLE (no room)
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
    const host = await findPlace(tx, plan, input.region ?? null);
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
      sshKeys,
      metadata: input.metadata,
      operationId,
      createdAt: at,
      updatedAt: at,
    });
    const prices = { computePricePerHour: plan.computePricePerHour, storagePricePerHour: plan.storagePricePerHour };
    const holdId = await holdFirstHour(tx, { key: `${operationId}:hold`, resource: resourceOf(vm), ...prices, at });
    await enqueueOperation(tx, vmCreate, {
      id: operationId,
      organizationId,
      subjectType: "vm",
      subjectId: id,
      subjectName: vm.name,
      actorId: actor.userId,
      input: { holdId, computePrice: plan.computePricePerHour.toString(), storagePrice: plan.storagePricePerHour.toString(), passwordHash: hash },
      at,
    });
    await recordAudit(tx, actor, {
      action: "vm.create",
      subjectType: "vm",
      subjectId: id,
      organizationId,
      after: { name: vm.name, projectId: project.id, plan: plan.slug, image: image.slug, region: host.region, operationId },
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

async function findPlace(tx: Tx, plan: Plan, region: string | null): Promise<HostLoad> {
  const place = choosePlace(await lockHosts(tx, region), plan);
  if (!place) throw new AppError("SERVICE_UNAVAILABLE", `There is no room for this plan${region ? ` in ${region}` : ""} right now.`, { retryAfter: 300 });
  return place;
}

function invalid(field: string, message: string): AppError {
  return new AppError("INVALID_REQUEST", `${field} ${message}.`, { details: [{ field, message }] });
}
