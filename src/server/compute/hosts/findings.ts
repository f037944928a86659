import type { z } from "zod";
import type * as schema from "#shared/compute/hosts.ts";
import type { FindingKind } from "#shared/compute/host-states.ts";
import { AppError, notFound } from "#shared/errors.ts";
import { pagination } from "#shared/schema.ts";
import type { Actor } from "#server/identity/actor.ts";
import type { Tx } from "#server/infra/events.ts";
import type { Host, HostFinding } from "#server/infra/prisma/client.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { recordAudit } from "#server/platform/audit.ts";
import { callDriver } from "../drivers/call.ts";
import { driverOf } from "../drivers/registry.ts";
import { describeFailure } from "../operation-failure.ts";
import { type FindingDetails, findingById, type FindingWithHost, listFindingRows, lockFinding, namesOfVms, updateFinding, vmsMeant } from "./finding-repository.ts";
import { lockHost } from "./host-repository.ts";
import { existingHost } from "./hosts.ts";

/** A request waits for it; a hypervisor that needs longer goes on alone, and the next sweep sees what came of it. */
const DESTROY_TIMEOUT_MS = 2 * 60_000;

/** Callers of everything here check platform:hosts:read or platform:hosts:write first. */
export async function listFindings(rt: Runtime, input: z.output<typeof schema.findingListInput>): Promise<z.infer<typeof schema.findingListOutput>> {
  const { rows, total } = await listFindingRows(rt, input, input);
  const names = await namesOfVms(rt, rows.flatMap((finding) => finding.vmId ?? []));
  return { data: rows.map((finding) => toView(finding, names)), pagination: pagination(input, total) };
}

/** Puts a finding aside, or back. @throws AppError NOT_FOUND, INVALID_STATE when it is settled */
export async function ignoreFinding(rt: Runtime, actor: Actor, input: z.output<typeof schema.findingIgnoreInput>): Promise<z.infer<typeof schema.findingOutput>> {
  await transact(rt, async (tx) => {
    const finding = openFinding(await lockFinding(tx, input.id));
    if ((finding.ignoredAt !== null) === input.ignored) return;
    const at = rt.clock.now();
    await updateFinding(tx, finding.id, { ignoredAt: input.ignored ? at : null });
    await recordAudit(tx, actor, { action: input.ignored ? "finding.ignore" : "finding.unignore", subjectType: "finding", subjectId: finding.id, organizationId: null, after: auditOf(finding), at });
  });
  return viewOf(rt, input.id);
}

/**
 * Destroys a VM on its host that nobody here knows, with its disks. The finding is settled before the host is asked, so that nobody adopts it meanwhile.
 * @throws AppError NOT_FOUND, INVALID_STATE, CONFLICT (a VM of a customer bears this name), INVALID_REQUEST (another name was typed), HYPERVISOR_ERROR (it is still there)
 */
export async function removeFinding(rt: Runtime, actor: Actor, input: z.output<typeof schema.findingRemoveInput>): Promise<z.infer<typeof schema.findingOutput>> {
  const finding = await transact(rt, async (tx) => {
    const locked = openFinding(await lockFinding(tx, input.id), "unknown_vm");
    if (input.confirm !== nameOf(locked)) throw new AppError("INVALID_REQUEST", "This is not its name on the host.", { details: [{ field: "confirm", message: "must be its name on the host" }] });
    if ((await vmsMeant(tx, await hostOf(tx, locked), [locked.ref])).length > 0) throw new AppError("CONFLICT", "A VM of a customer bears this name: it is not removed from here.");
    const at = rt.clock.now();
    await updateFinding(tx, locked.id, { resolvedAt: at, resolution: "removed" });
    await recordAudit(tx, actor, { action: "finding.remove", subjectType: "finding", subjectId: locked.id, organizationId: null, before: auditOf(locked), at });
    return locked;
  });
  try {
    const host = await existingHost(rt, finding.hostId);
    await callDriver({ signal: new AbortController().signal, timeoutMs: DESTROY_TIMEOUT_MS, key: `finding:${finding.id}` }, (call) => driverOf(rt, host).destroy(finding.ref, call));
  } catch (error) {
    await transact(rt, (tx) => updateFinding(tx, finding.id, { resolvedAt: null, resolution: null }));
    const failure = describeFailure(error);
    throw new AppError(failure.code, failure.message, {}, error);
  }
  return viewOf(rt, finding.id);
}

/** The finding if it can still be decided about. @throws AppError NOT_FOUND, INVALID_STATE */
export function openFinding<T extends HostFinding>(finding: T | null, kind?: FindingKind): T {
  if (!finding) throw notFound("finding");
  if (finding.resolvedAt !== null) throw new AppError("INVALID_STATE", `This was settled already: ${finding.resolution}.`, { state: finding.resolution ?? "resolved" });
  if (kind !== undefined && finding.kind !== kind) throw new AppError("INVALID_STATE", "This is possible only for a VM that is on the host and not known here.");
  return finding;
}

/** The finding's host, its row locked. @throws AppError NOT_FOUND */
export async function hostOf(tx: Tx, finding: HostFinding): Promise<Host> {
  const host = await lockHost(tx, finding.hostId);
  if (!host) throw notFound("host");
  return host;
}

/** What administrators of the host call it. */
export function nameOf(finding: HostFinding): string {
  return detailsOf(finding).name ?? finding.ref;
}

export function auditOf(finding: HostFinding): { hostId: string; kind: string; ref: string; name: string } {
  return { hostId: finding.hostId, kind: finding.kind, ref: finding.ref, name: nameOf(finding) };
}

function detailsOf(finding: HostFinding): FindingDetails {
  return finding.details as unknown as FindingDetails; // written by the sweep
}

async function viewOf(rt: Runtime, id: string): Promise<z.infer<typeof schema.findingOutput>> {
  const finding = await findingById(rt, id);
  if (!finding) throw notFound("finding");
  return toView(finding, await namesOfVms(rt, finding.vmId === null ? [] : [finding.vmId]));
}

function toView(finding: FindingWithHost, vmNames: ReadonlyMap<string, string>): z.infer<typeof schema.findingOutput> {
  return {
    id: finding.id,
    hostId: finding.hostId,
    hostName: finding.host.name,
    kind: finding.kind as FindingKind, // written by the sweep
    ref: finding.ref,
    vmId: finding.vmId,
    vmName: finding.vmId === null ? null : (vmNames.get(finding.vmId) ?? null),
    details: detailsOf(finding),
    firstSeenAt: finding.firstSeenAt.toISOString(),
    lastSeenAt: finding.lastSeenAt.toISOString(),
    ignoredAt: finding.ignoredAt && finding.ignoredAt.toISOString(),
    resolvedAt: finding.resolvedAt && finding.resolvedAt.toISOString(),
    resolution: finding.resolution,
  };
}
