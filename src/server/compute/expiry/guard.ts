import { vmAllows, vmIsGone } from "#shared/compute/states.ts";
import type { SystemActor } from "#server/identity/actor.ts";
import { timeZoneOf } from "#server/identity/organizations.ts";
import { publish, type Tx } from "#server/infra/events.ts";
import type { Vm } from "#server/infra/prisma/client.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { appendVmLog } from "../logs/append.ts";
import { lockVm } from "../repository.ts";
import { requestVmOperation } from "../vm-requests.ts";
import { expiringVms, lastOwnRequest, writeExpiry } from "./expiry-repository.ts";
import { nightFrom, wallTime } from "./night.ts";

const DAY_MS = 86_400_000;
/** So long before the end its owner is warned. */
const WARN_MS = 3 * DAY_MS;
/** So long after it was stopped it is deleted, unless it is extended. */
export const GRACE_MS = 7 * DAY_MS;
/** The reason that a VM shows. */
const EXPIRED = "expired";

const BATCH = 200;
const SYSTEM: SystemActor = { kind: "system", name: "expiry", requestId: "" };

/**
 * Warns of VMs that are about to expire, stops those that have, in the first night of their organization after, and deletes them when the grace is over. What was done is written
 * with the doing, under the VM's lock: it happens once, however often and however late this runs, and in however many processes. A VM that another operation
 * has is left for the next time. What a host refuses is tried again the next night.
 */
export async function guardExpiry(rt: Runtime): Promise<void> {
  const now = rt.clock.now();
  const times = { now, warnUntil: new Date(now.getTime() + WARN_MS), graceFrom: new Date(now.getTime() - GRACE_MS) };
  for (let after = ""; ; ) {
    const rows = await expiringVms(rt, times, after, BATCH);
    for (const { id } of rows) {
      await transact(rt, (tx) => guardOne(rt, tx, id));
      after = id;
    }
    if (rows.length < BATCH) break;
  }
  rt.signals.send("operations");
}

async function guardOne(rt: Runtime, tx: Tx, id: string): Promise<void> {
  const vm = await lockVm(tx, id);
  const at = rt.clock.now();
  const { expireAt } = vm;
  if (expireAt === null || vmIsGone(vm.status) || expireAt.getTime() > at.getTime() + WARN_MS) return;
  if (vm.expiryStoppedAt !== null) return afterStop(rt, tx, vm, vm.expiryStoppedAt, at);
  if (at < expireAt) return vm.expiryWarnedAt === null ? warn(rt, tx, vm, expireAt, at) : undefined;
  if (at >= nightFrom(expireAt, await timeZoneOf(rt, tx, vm.organizationId))) await stop(rt, tx, vm, expireAt, at);
}

async function warn(rt: Runtime, tx: Tx, vm: Vm, expireAt: Date, at: Date): Promise<void> {
  await appendVmLog(tx, { vmId: vm.id, at, source: "state", level: "warning", message: `This VM expires at ${wallTime(expireAt, await timeZoneOf(rt, tx, vm.organizationId))}.` });
  await writeExpiry(tx, vm.id, { expiryWarnedAt: at });
  await publish(tx, { type: "vm.expiry.warning", subject: vm.id, organizationId: vm.organizationId, at, data: { vmId: vm.id, name: vm.name, expireAt: expireAt.toISOString() } });
}

/** The grace begins here, also for a VM that is off already. */
async function stop(rt: Runtime, tx: Tx, vm: Vm, expireAt: Date, at: Date): Promise<void> {
  if (vm.operationId !== null) return;
  if (vmAllows(vm.status, "stop")) await requestVmOperation(tx, vm, { action: "stop", input: { graceful: true, reason: EXPIRED }, actor: SYSTEM, at });
  await writeExpiry(tx, vm.id, { expiryStoppedAt: at });
  const deleteAt = new Date(at.getTime() + GRACE_MS);
  await appendVmLog(tx, { vmId: vm.id, at, source: "state", level: "warning", message: `This VM has expired. It is deleted at ${wallTime(deleteAt, await timeZoneOf(rt, tx, vm.organizationId))} unless it is extended.` });
  await publish(tx, {
    type: "vm.expired",
    subject: vm.id,
    organizationId: vm.organizationId,
    at,
    data: { vmId: vm.id, name: vm.name, expireAt: expireAt.toISOString(), deleteAt: deleteAt.toISOString() },
  });
}

/** It is off and stays off until the grace is over. What failed is asked for again, once a night. */
async function afterStop(rt: Runtime, tx: Tx, vm: Vm, stoppedAt: Date, at: Date): Promise<void> {
  const action = at.getTime() >= stoppedAt.getTime() + GRACE_MS ? "delete" : "stop";
  if (vm.operationId !== null || !vmAllows(vm.status, action)) return;
  const asked = await lastOwnRequest(tx, vm.id, `vm.${action}`, stoppedAt);
  if (asked && at < nightFrom(new Date(asked.getTime() + 1), await timeZoneOf(rt, tx, vm.organizationId))) return;
  await requestVmOperation(tx, vm, { action, input: { reason: EXPIRED }, actor: SYSTEM, at });
}
