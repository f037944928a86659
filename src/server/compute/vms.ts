import type { z } from "zod";
import type { vmDetailOutput, vmListInput, vmListOutput, vmUpdateInput } from "#shared/compute/schema.ts";
import { vmAllows, vmIsGone } from "#shared/compute/states.ts";
import { AppError } from "#shared/errors.ts";
import { pagination } from "#shared/schema.ts";
import { renameResource } from "#server/billing/spans.ts";
import type { MemberActor, Scope } from "#server/identity/actor.ts";
import { timeZoneOf } from "#server/identity/organizations.ts";
import { publish } from "#server/infra/events.ts";
import { JsonText } from "#server/infra/json-text.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { recordAudit } from "#server/platform/audit.ts";
import { latestSample } from "./metrics/sample-repository.ts";
import { visible } from "./policy.ts";
import { addressesOf, changeVm, listVmPage, vmWithPlan, vmWithRelations } from "./repository.ts";
import { expiryOf, interfaceOf } from "./vm-detail-view.ts";
import { nextPriceOf } from "./vm-price-repository.ts";
import { toView, type VmView } from "./vm-view.ts";

/** Usage older than this is not "now". */
const USAGE_FRESH_MS = 90_000;

/** A page of the organization's VMs, newest first; those that are gone only when asked for, by `includeGone` or by their status. */
export async function listVms(rt: Runtime, actor: MemberActor, input: z.infer<typeof vmListInput>): Promise<JsonText<z.infer<typeof vmListOutput>>> {
  const row = await listVmPage(rt, { ...input, organizationId: actor.organizationId }, input);
  return new JsonText(`{"data":${row?.data ?? "[]"},"pagination":${JSON.stringify(pagination(input, row?.total ?? 0))}}`);
}

export async function getVm(rt: Runtime, scope: Scope, id: string): Promise<z.infer<typeof vmDetailOutput>> {
  const vm = visible(await vmWithRelations(rt, id), scope, "VM");
  const metric = vm.status === "running" ? await latestSample(rt, id, new Date(rt.clock.now().getTime() - USAGE_FRESH_MS)) : null;
  return {
    ...toView(vm),
    projectName: vm.project.name,
    planName: vm.plan.name,
    prices: { running: (vm.computePricePerHour + vm.storagePricePerHour).toString(), stopped: vm.storagePricePerHour.toString() },
    nextPrice: await nextPrice(rt, vm),
    imageName: vm.image.name,
    imageFamily: vm.image.family,
    hypervisorDetails: { host: vm.host?.name ?? null, mac: vm.mac },
    sshKeys: vm.sshKeys,
    expiry: vm.expireAt && expiryOf(vm, await timeZoneOf(rt, rt.db.prisma, vm.organizationId)),
    interfaces: [interfaceOf(vm, await addressesOf(rt, vm.id))],
    usage: metric && { cpuUsagePercent: metric.cpuPercent, memoryUsagePercent: Math.round((metric.memoryUsedMb / vm.memoryMb) * 1000) / 10, at: metric.at.toISOString() },
  };
}

async function nextPrice(rt: Runtime, vm: { id: string; status: string }): Promise<z.infer<typeof vmDetailOutput>["nextPrice"]> {
  const next = vmIsGone(vm.status) ? undefined : await nextPriceOf(rt, vm.id, rt.clock.now());
  return next ? { at: next.at.toISOString(), running: (next.compute + next.storage).toString(), stopped: next.storage.toString() } : null;
}

/** Changes name or metadata in place; the guest keeps the host name it was made with. */
export async function updateVm(rt: Runtime, actor: MemberActor, input: z.infer<typeof vmUpdateInput>): Promise<VmView> {
  const at = rt.clock.now();
  await transact(rt, async (tx) => {
    const vm = visible(await vmWithPlan(tx, input.id), actor, "VM");
    if (!vmAllows(vm.status, "rename")) throw new AppError("INVALID_STATE", `A VM that is ${vm.status} cannot be changed.`, { state: vm.status });
    const change = { ...(input.name === undefined ? {} : { name: input.name }), ...(input.metadata === undefined ? {} : { metadata: input.metadata }) };
    if (Object.keys(change).length === 0) return;
    await changeVm(tx, vm.id, { ...change, updatedAt: at });
    if (change.name !== undefined) await renameResource(tx, vm.id, change.name);
    await recordAudit(tx, actor, {
      action: "vm.update",
      subjectType: "vm",
      subjectId: vm.id,
      organizationId: vm.organizationId,
      before: { name: vm.name, metadata: vm.metadata as Record<string, string> }, // written from the contract's schema
      after: change,
      at,
    });
    await publish(tx, { type: "vm.updated", subject: vm.id, organizationId: vm.organizationId, at, data: { vmId: vm.id } });
  });
  return toView(visible(await vmWithRelations(rt, input.id), actor, "VM"));
}
