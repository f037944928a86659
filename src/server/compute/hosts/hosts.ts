import type { z } from "zod";
import type * as schema from "#shared/compute/hosts.ts";
import { AppError, notFound } from "#shared/errors.ts";
import { pagination } from "#shared/schema.ts";
import type { Actor } from "#server/identity/actor.ts";
import { namesOfOrganizations } from "#server/identity/directory.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { recordAudit } from "#server/platform/audit.ts";
import { openCredentials } from "../drivers/registry.ts";
import { countBackupsOfHost, countVmsOfHost, deleteHostRow, hostById, type HostWithPlace, listHostRows, listVmsOfHost, lockHost, loadOfHosts } from "./host-repository.ts";
import { toHostDetail, toHostView } from "./host-view.ts";
import { storagesOfHost } from "./storage-repository.ts";

type Detail = z.infer<typeof schema.hostDetailOutput>;

/** Callers of everything here check platform:hosts:read or platform:hosts:write first. */
export async function listHosts(rt: Runtime, input: z.output<typeof schema.hostListInput>): Promise<z.infer<typeof schema.hostListOutput>> {
  const { rows, total } = await listHostRows(rt, { status: input.status, search: input.search || undefined }, input);
  const uses = await loadOfHosts(rt, rows.map((host) => host.id));
  return { data: rows.flatMap((host) => {
    const use = uses.get(host.id);
    return use ? [toHostView(host, use)] : [];
  }), pagination: pagination(input, total) };
}

/** @throws AppError NOT_FOUND */
export async function getHost(rt: Runtime, id: string): Promise<Detail> {
  const host = await existingHost(rt, id);
  const use = (await loadOfHosts(rt, [id])).get(id);
  if (!use) throw notFound("host");
  return toHostDetail(host, use, await storagesOfHost(rt, id), storedCredentials(rt, host));
}

export async function existingHost(rt: Runtime, id: string): Promise<HostWithPlace> {
  const host = await hostById(rt, id);
  if (!host) throw notFound("host");
  return host;
}

/** For showing their kind alone: a host whose credentials can no longer be opened is one without. */
export function storedCredentials(rt: Runtime, host: HostWithPlace): unknown {
  try {
    return openCredentials(rt, host);
  } catch (error) {
    rt.log.error({ err: error, host: host.name }, "host: stored credentials cannot be opened");
    return null;
  }
}

/** The host's VMs that are not gone. @throws AppError NOT_FOUND */
export async function listHostVms(rt: Runtime, input: z.output<typeof schema.hostVmListInput>): Promise<z.infer<typeof schema.hostVmListOutput>> {
  await existingHost(rt, input.id);
  const { rows, total } = await listVmsOfHost(rt, input.id, input);
  const names = await namesOfOrganizations(rt, [...new Set(rows.map((vm) => vm.organizationId))]);
  return {
    data: rows.map((vm) => ({
      id: vm.id,
      name: vm.name,
      status: vm.status,
      ref: vm.ref,
      organizationId: vm.organizationId,
      organizationName: names.get(vm.organizationId) ?? "",
      resources: { cpu: vm.vcpu, memoryGb: vm.memoryMb / 1024, storageGb: vm.storageGb },
      createdAt: vm.createdAt.toISOString(),
    })),
    pagination: pagination(input, total),
  };
}

/** Forgets a host; nothing is done on it. @throws AppError NOT_FOUND, INVALID_STATE while it has VMs or backups */
export async function deleteHost(rt: Runtime, actor: Actor, id: string): Promise<void> {
  await transact(rt, async (tx) => {
    const host = await lockHost(tx, id);
    if (!host) throw notFound("host");
    const vms = await countVmsOfHost(tx, id);
    if (vms > 0) throw new AppError("INVALID_STATE", `This host has ${vms} ${vms === 1 ? "VM" : "VMs"}: move or delete ${vms === 1 ? "it" : "them"} first.`);
    const backups = await countBackupsOfHost(tx, id);
    if (backups > 0) throw new AppError("INVALID_STATE", `This host has ${backups} ${backups === 1 ? "backup" : "backups"}, of VMs that are gone or have moved away: ${backups === 1 ? "it has" : "they have"} to be deleted first.`);
    await deleteHostRow(tx, id);
    await recordAudit(tx, actor, { action: "host.delete", subjectType: "host", subjectId: id, organizationId: null, before: { name: host.name, type: host.driver, location: host.region, endpoint: host.endpoint }, at: rt.clock.now() });
  });
}
