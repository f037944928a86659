import { vmAllows, vmIsGone } from "#shared/compute/states.ts";
import { AppError } from "#shared/errors.ts";
import { newId } from "#shared/ids.ts";
import type { SystemActor } from "#server/identity/actor.ts";
import type { Tx } from "#server/infra/events.ts";
import type { Vm } from "#server/infra/prisma/client.ts";
import { type Runtime, transact } from "#server/infra/runtime.ts";
import { requireSnapshotQuota } from "../catalog/quota.ts";
import { appendVmLog } from "../logs/append.ts";
import { lockVm } from "../repository.ts";
import { requestVmOperation } from "../vm-requests.ts";
import { countSnapshots, dueVms, oldestAutomatic, overfullVms, writeDue } from "./snapshot-repository.ts";

const HOUR_MS = 3_600_000;
const BATCH = 100;
/** A deletion that failed is tried again after so long. */
const DELETE_AGAIN_MS = HOUR_MS;
/** How often the worker looks. */
export const ROUND_MS = 60_000;
const SYSTEM: SystemActor = { kind: "system", name: "snapshot schedule", requestId: "" };

/**
 * Takes the snapshots that are due and deletes the oldest above what each VM keeps. Any number of workers may do it, as late as they like: a VM is taken
 * under its row's lock, and one that is missed is taken once.
 * @returns how many operations were begun
 */
export async function runSnapshotSchedules(rt: Runtime): Promise<{ taken: number; deleted: number }> {
  const now = rt.clock.now();
  const done = { taken: 0, deleted: 0 };
  for (const { id } of await dueVms(rt, now, BATCH)) {
    const what = await transact(rt, (tx) => takeDue(rt, tx, id));
    if (what) done[what] += 1;
  }
  for (const { id } of await overfullVms(rt, new Date(now.getTime() - DELETE_AGAIN_MS), BATCH)) {
    if (await transact(rt, (tx) => deleteOldest(rt, tx, id))) done.deleted += 1;
  }
  if (done.taken + done.deleted > 0) rt.signals.send("operations");
  return done;
}

async function takeDue(rt: Runtime, tx: Tx, id: string): Promise<"taken" | "deleted" | null> {
  const at = rt.clock.now();
  const vm = await lockVm(tx, id);
  if (vm.snapshotDueAt === null || vm.snapshotDueAt > at) return null;
  if (vm.snapshotEveryHours === null || vmIsGone(vm.status)) {
    await writeDue(tx, id, null);
    return null;
  }
  if (vm.operationId !== null || !vmAllows(vm.status, "snapshot")) {
    // Once, not at each of the looks until it is possible.
    if (at.getTime() - vm.snapshotDueAt.getTime() < ROUND_MS) await say(tx, id, at, `A snapshot by schedule is due, but the VM is ${vm.operationId === null ? vm.status : "busy"}: it is taken when that is over.`);
    return null;
  }
  if (await isFull(tx, vm)) {
    if (await deleteOldest(rt, tx, id)) return "deleted";
    await say(tx, id, at, "A snapshot by schedule is left out: the VM has as many snapshots as the quota allows, and none of them is the schedule's to delete.");
    await writeDue(tx, id, nextDue(vm, vm.snapshotEveryHours, at));
    return null;
  }
  const name = `${vm.snapshotDueAt.toISOString().slice(0, 16).replace("T", " ")} UTC`;
  await requestVmOperation(tx, vm, { action: "snapshot", input: { snapshotId: newId("snapshot"), name, automatic: true }, actor: SYSTEM, at });
  await writeDue(tx, id, nextDue(vm, vm.snapshotEveryHours, at));
  return "taken";
}

function say(tx: Tx, vmId: string, at: Date, message: string): Promise<void> {
  return appendVmLog(tx, { vmId, at, source: "operation", level: "warning", message });
}

async function isFull(tx: Tx, vm: Vm): Promise<boolean> {
  try {
    await requireSnapshotQuota(tx, vm.organizationId, await countSnapshots(tx, vm.id));
    return false;
  } catch (error) {
    if (error instanceof AppError && error.code === "FORBIDDEN") return true;
    throw error;
  }
}

/** @returns whether a deletion was begun */
async function deleteOldest(rt: Runtime, tx: Tx, id: string): Promise<boolean> {
  const vm = await lockVm(tx, id);
  const oldest = await oldestAutomatic(tx, id);
  if (!oldest || vm.operationId !== null || !vmAllows(vm.status, "snapshot_delete")) return false;
  await requestVmOperation(tx, vm, { action: "snapshot_delete", input: { snapshotId: oldest.id }, actor: SYSTEM, at: rt.clock.now() });
  return true;
}

/** The next time of the schedule that is still to come: what was missed is not made up for. */
export function nextDue(vm: Pick<Vm, "snapshotDueAt">, everyHours: number, now: Date): Date {
  const every = everyHours * HOUR_MS;
  const due = (vm.snapshotDueAt ?? now).getTime();
  return new Date(due + Math.max(1, Math.floor((now.getTime() - due) / every) + 1) * every);
}
