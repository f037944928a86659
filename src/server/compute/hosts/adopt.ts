import type { z } from "zod";
import type { adoptChoicesOutput, findingAdoptInput, findingAdoptOutput } from "#shared/compute/hosts.ts";
import { VM_NAME } from "#shared/compute/names.ts";
import { AppError, notFound } from "#shared/errors.ts";
import { isId, newId } from "#shared/ids.ts";
import { pricesAt } from "#server/billing/prices/prices.ts";
import type { Actor } from "#server/identity/actor.ts";
import { ownerOfOrganization } from "#server/identity/directory.ts";
import { publish, type Tx } from "#server/infra/events.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { recordAudit } from "#server/platform/audit.ts";
import { callDriver } from "../drivers/call.ts";
import { vmIdOfRef, type VmObservation } from "../drivers/driver.ts";
import { driverOf } from "../drivers/registry.ts";
import { describeFailure } from "../operation-failure.ts";
import { insertVm, lockProject } from "../repository.ts";
import { settleVm } from "../vm-status.ts";
import { adoptionChoices, findingById, lockFinding, planAndImage, updateFinding, vmExists, vmsMeant } from "./finding-repository.ts";
import { auditOf, hostOf, nameOf, openFinding } from "./findings.ts";
import { existingHost } from "./hosts.ts";
import { invalid } from "./invalid.ts";

const INSPECT_TIMEOUT_MS = 20_000;

/**
 * Gives a VM that was found on a host to an organization: it keeps the hypervisor's name, its size and its state, costs what the plan costs, and is charged
 * from now on. Nothing is done on the host.
 * @throws AppError NOT_FOUND (finding, project), INVALID_STATE (settled already, busy, or no longer there), INVALID_REQUEST, CONFLICT, HYPERVISOR_ERROR
 */
export async function adoptFinding(rt: Runtime, actor: Actor, input: z.output<typeof findingAdoptInput>): Promise<z.infer<typeof findingAdoptOutput>> {
  const finding = openFinding(await findingById(rt, input.id), "unknown_vm");
  const observed = await inspect(rt, finding);
  const ownerId = await ownerOfOrganization(rt, input.organizationId);
  if (ownerId === null) throw notFound("organization");
  const name = input.name ?? nameFrom(nameOf(finding));
  if (!VM_NAME.test(name)) throw invalid({ name: "must have 1 to 63 letters, digits and hyphens, with no hyphen at either end" });
  const vmId = await transact(rt, async (tx) => {
    const project = await lockProject(tx, input.projectId);
    if (!project || project.organizationId !== input.organizationId) throw notFound("project");
    if (project.operationId !== null) throw new AppError("INVALID_STATE", "This project is being deleted.", { state: "deleting" });
    const host = await hostOf(tx, finding);
    const open = openFinding(await lockFinding(tx, finding.id), "unknown_vm");
    if ((await vmsMeant(tx, host, [open.ref])).length > 0) throw new AppError("CONFLICT", "A VM of a customer bears this name already.");
    const { plan, image } = await planAndImage(tx, input.planId, input.imageId);
    if (!plan) throw invalid({ planId: "is not in the catalog" });
    if (!image) throw invalid({ imageId: "is not in the catalog" });
    const at = rt.clock.now();
    const prices = await pricesAt(tx, { type: "plan", id: plan.id }, at);
    const vm = await insertVm(tx, {
      id: await idFor(tx, open.ref),
      organizationId: input.organizationId,
      projectId: project.id,
      ownerId,
      name,
      status: "provisioning",
      region: host.region,
      hostId: host.id,
      hypervisorRef: open.ref,
      planId: plan.id,
      imageId: image.id,
      vcpu: observed.vcpu,
      memoryMb: observed.memoryMb,
      storageGb: observed.storageGb ?? plan.storageGb,
      priceIds: [prices.compute.id, prices.storage.id],
      sshKeys: [],
      createdAt: at,
      updatedAt: at,
    });
    await updateFinding(tx, open.id, { resolvedAt: at, resolution: "adopted", vmId: vm.id });
    await recordAudit(tx, actor, { action: "finding.adopt", subjectType: "finding", subjectId: open.id, organizationId: input.organizationId, before: auditOf(open), after: { vmId: vm.id, name, projectId: project.id, plan: plan.slug, image: image.slug }, at });
    await publish(tx, { type: "vm.created", subject: vm.id, organizationId: vm.organizationId, at, data: { vmId: vm.id, projectId: project.id, name } });
    await settleVm(tx, vm, { status: observed.power, reason: null, at, privateIp: observed.privateIp, mac: observed.mac });
    return vm.id;
  });
  return { vmId };
}

/** What an administrator chooses from. */
export function adoptChoices(rt: Runtime, organizationId: string): Promise<z.infer<typeof adoptChoicesOutput>> {
  return adoptionChoices(rt, organizationId);
}

async function inspect(rt: Runtime, finding: { id: string; hostId: string; ref: string }): Promise<VmObservation> {
  const host = await existingHost(rt, finding.hostId);
  let observed: VmObservation | null;
  try {
    observed = await callDriver({ signal: new AbortController().signal, timeoutMs: INSPECT_TIMEOUT_MS, key: `finding:${finding.id}` }, (call) => driverOf(rt, host).inspect(finding.ref, call));
  } catch (error) {
    const failure = describeFailure(error);
    throw new AppError(failure.code, failure.message, {}, error);
  }
  if (!observed) throw new AppError("INVALID_STATE", "It is no longer on the host.");
  if (observed.busy !== null) throw new AppError("INVALID_STATE", `The host is busy with it (${observed.busy}); try again when that has ended.`);
  return observed;
}

/** One that bears a name of ours was a VM of ours: it gets its id back, when a restored database has lost it. */
async function idFor(tx: Tx, ref: string): Promise<string> {
  const former = vmIdOfRef(ref);
  return former !== null && isId("vm", former) && !(await vmExists(tx, former)) ? former : newId("vm");
}

/** A name on a hypervisor as a host name (RFC 1123 label). */
function nameFrom(name: string): string {
  const label = name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-").slice(0, 63).replaceAll(/^-+|-+$/g, "");
  return label === "" ? "vm" : label;
}
