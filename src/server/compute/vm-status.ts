import type { VmStatus } from "#shared/compute/states.ts";
import { closeAllSpans, closeSpan, openSpan, type Resource } from "#server/billing/spans.ts";
import { publish, type Tx } from "#server/infra/events.ts";
import type { Vm } from "#server/infra/prisma/client.ts";
import { releaseAddresses } from "./catalog/address-repository.ts";
import { logStatus } from "./logs/status-line.ts";
import { releaseVm } from "./repository.ts";
import { vmPrices } from "./vm-prices.ts";

type Settled = "running" | "stopped" | "suspended" | "terminated" | "rolled_back" | "error";

export interface Settlement {
  status: Settled;
  reason: string | null;
  at: Date;
  privateIp?: string | null;
  mac?: string | null;
  /** The guest booted anew. */
  booted?: boolean;
  /** The hypervisor has no such VM any more, though nobody here deleted it. */
  vanished?: boolean;
}

/**
 * Takes a VM out of its operation into the state it is really in, and its metering with it, in one transaction: compute is charged while it holds the host's
 * memory (running or suspended), storage while it exists. In `error` nobody knows, and the metering stays as it was.
 */
export async function settleVm(tx: Tx, vm: Vm, settlement: Settlement): Promise<void> {
  const { status, at } = settlement;
  const powered = status === "running" || status === "suspended";
  const gone = status === "terminated" || status === "rolled_back";
  await releaseVm(tx, vm.id, {
    status,
    statusReason: settlement.reason,
    updatedAt: at,
    ...(status === "error" && !settlement.vanished ? {} : { startedAt: powered ? (settlement.booted ? at : (vm.startedAt ?? at)) : null }),
    ...(settlement.privateIp ? { privateIp: settlement.privateIp } : {}),
    ...(settlement.mac ? { mac: settlement.mac } : {}),
    ...(gone ? { terminatedAt: at } : {}),
  });
  const resource = resourceOf(vm);
  if (powered || status === "stopped") {
    const { compute, storage } = await vmPrices(tx, vm, at);
    await openSpan(tx, { resource, component: "storage", ...storage, at });
    if (powered) await openSpan(tx, { resource, component: "compute", ...compute, at });
  }
  if (status === "stopped") await closeSpan(tx, { resourceId: vm.id, component: "compute", at });
  if (gone || settlement.vanished) await closeAllSpans(tx, vm.id, at);
  if (gone) await releaseAddresses(tx, vm.id, at);
  await announceStatus(tx, vm, status, settlement.reason, at);
}

/** A VM as billing knows it. */
export function resourceOf(vm: Pick<Vm, "id" | "organizationId" | "projectId" | "name">): Resource {
  return { organizationId: vm.organizationId, projectId: vm.projectId, type: "vm", id: vm.id, name: vm.name };
}

/** Publishes a change of status, in the transaction that makes it. */
export async function announceStatus(tx: Tx, vm: Pick<Vm, "id" | "organizationId" | "status">, newStatus: VmStatus, reason: string | null, at: Date): Promise<void> {
  await logStatus(tx, vm, newStatus, reason, at);
  await publish(tx, {
    type: "vm.status.changed",
    subject: vm.id,
    organizationId: vm.organizationId,
    at,
    data: { vmId: vm.id, oldStatus: vm.status, newStatus, reason },
  });
}
